import { LedgerError, retryHint, StoreError } from '../../errors.ts';
import { classifyAwsError, describeAwsError } from './errors.ts';

/** What was being done, for the sentence an error becomes. */
export interface S3Place {
  readonly bucket: string;
  /** The object's whole key, or the prefix listed. */
  readonly key: string;
  readonly action: 'read' | 'write' | 'list' | 'remove' | 'inspect';
  readonly expectedBucketOwner?: string | undefined;
}

type Advise = (place: S3Place, error: unknown) => string;

/** Error name → what to tell the operator. A name left out gets AWS's own words. */
const advice = new Map<string, Advise>(
  Object.entries({
    NoSuchBucket: ({ bucket }) => `bucket ${bucket} does not exist: create it, or correct --ledger`,
    AccessDenied: denied,
    AllAccessDisabled: denied,
    PermanentRedirect: elsewhere,
    AuthorizationHeaderMalformed: elsewhere,
    NotImplemented: unable,
    ExpiredToken: () => 'the AWS credentials have expired',
    TokenRefreshRequired: () => 'the AWS credentials have expired',
    InvalidAccessKeyId: () => 'AWS does not know these credentials',
    InvalidToken: () => 'AWS does not know these credentials',
    SignatureDoesNotMatch: () => 'the AWS secret access key is wrong',
    RequestTimeTooSkewed: () => "this machine's clock is wrong",
  }),
);

/** For names left out above. */
const adviceByStatus = new Map<number | undefined, Advise>([
  [403, denied],
  [501, unable],
]);

/** What S3 or the way to it threw, as a sentence for the person who acts. */
export function asStoreError(place: S3Place, error: unknown): StoreError {
  const { name, status, recovery } = classifyAwsError(error);
  const advise = advice.get(name) ?? adviceByStatus.get(status);
  const reason =
    advise?.(place, error) ?? (error instanceof LedgerError ? error.message : describeAwsError(error));
  const message = `cannot ${place.action} s3://${place.bucket}/${place.key}: ${reason}${retryHint(recovery)}`;
  return new StoreError(recovery, message, { cause: error });
}

function denied({ action, expectedBucketOwner }: S3Place): string {
  const hints = [
    ...(action === 'read' ? ['without s3:ListBucket, S3 answers 403 for a missing object too'] : []),
    ...(expectedBucketOwner ? [`the bucket must belong to account ${expectedBucketOwner}`] : []),
  ];
  return ['access denied', ...hints].join('; ');
}

function unable({ action }: S3Place): string {
  return action === 'write'
    ? 'this store has no conditional writes (If-None-Match, If-Match), without which a ledger is not safe: use another'
    : 'this store cannot do that: use another';
}

function elsewhere({ bucket }: S3Place, error: unknown): string {
  const region = regionNamedBy(error);
  return `bucket ${bucket} is in another region${region ? `: set the AWS region to ${region}` : ''}`;
}

function regionNamedBy(error: unknown): string | undefined {
  const named = error as {
    readonly Region?: string;
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  return named.Region ?? named.$response?.headers?.['x-amz-bucket-region'];
}
