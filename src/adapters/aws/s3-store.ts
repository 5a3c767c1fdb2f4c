import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  type GetBucketEncryptionCommandOutput,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { InspectedStore, ListedObject, PutCondition, PutResult, StoredObject } from '../../ports.ts';
import { BrokenTransferError, classifyAwsError } from './errors.ts';
import type { Retry } from './retry.ts';
import {
  beyondTheEnd,
  checked,
  type FetchedObject,
  listedObjects,
  readWhole,
  type ListingAnswer,
} from './s3-store-answers.ts';
import { asStoreError, type S3Place } from './s3-store-errors.ts';

export interface S3StoreOptions {
  /** Made with `maxAttempts: 1`: retries are `retry`'s alone. */
  readonly client: S3Client;
  readonly bucket: string;
  /** What stands before every key, without the slash between them; may be empty. */
  readonly prefix: string;
  /** 12-digit account the bucket must belong to: S3 then refuses every call to another's bucket. */
  readonly expectedBucketOwner?: string | undefined;
  /** Key id or ARN: objects are encrypted with it (SSE-KMS with a bucket key). */
  readonly kmsKey?: string | undefined;
  /** Runs one request to success. Default: each request is tried once. */
  readonly retry?: Retry | undefined;
  readonly signal?: AbortSignal | undefined;
}

const once: Retry = (call) => call();

/**
 * A ledger in an S3 bucket. The version of an object is its ETag, as opaque as S3 says it is.
 *
 * A put whose answer was lost is sent again, and may then meet the object it has itself written: it reports
 * `{ written: false }`, and the caller, who reads again, finds its own bytes there.
 *
 * Every method throws {@link StoreError}, or the reason of `signal` once that is aborted.
 */
export function createS3Store(options: S3StoreOptions): InspectedStore {
  const bucket = openBucket(options);
  return {
    get: (key) => getObject(bucket, key),
    range: (key, start, end) => getRange(bucket, key, { start, end }),
    put: (key, bytes, condition) => putObject(bucket, key, { bytes, condition }),
    list: (prefix, { startAfter } = {}) => listObjects(bucket, prefix, startAfter),
    remove: (key) => removeObject(bucket, key),
    isVersioned: () => isVersioned(bucket),
    encryption: () => encryption(bucket),
  };
}

/** A bucket, and what every request to it has in common. */
interface Bucket {
  readonly client: S3Client;
  /** Of every request. */
  readonly owned: { readonly Bucket: string; readonly ExpectedBucketOwner?: string };
  /** Of every put. */
  readonly encrypted: Partial<PutObjectCommandInput>;
  readonly sending: { readonly abortSignal?: AbortSignal };
  /** Length of what stands before every key, its slash included. */
  readonly rootLength: number;
  readonly keyOf: (key: string) => string;
  /** Runs one request; an error of a name in `answers` is that answer, not an error. */
  readonly ask: <T, A>(
    place: Pick<S3Place, 'action' | 'key'>,
    call: () => Promise<T>,
    answers: Readonly<Record<string, A>>,
  ) => Promise<T | A>;
}

function openBucket(options: S3StoreOptions): Bucket {
  const { client, bucket, kmsKey, expectedBucketOwner, retry = once, signal } = options;
  const root = options.prefix.replace(/^\/+|\/+$/g, '');
  return {
    client,
    owned: { Bucket: bucket, ...(expectedBucketOwner && { ExpectedBucketOwner: expectedBucketOwner }) },
    encrypted: kmsKey ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey, BucketKeyEnabled: true } : {},
    sending: signal ? { abortSignal: signal } : {},
    rootLength: root === '' ? 0 : root.length + 1,
    keyOf: (key) => (root === '' ? key : `${root}/${key}`),
    async ask(place, call, answers) {
      try {
        return await retry(call);
      } catch (error) {
        if (signal?.aborted && signal.reason instanceof Error) throw signal.reason;
        const { name } = classifyAwsError(error);
        const answer = Object.hasOwn(answers, name) ? { value: answers[name] } : undefined;
        if (answer) return answer.value as (typeof answers)[string];
        throw asStoreError({ ...place, bucket, expectedBucketOwner }, error);
      }
    },
  };
}

function fetchBytes({ client, owned, sending, keyOf }: Bucket, key: string, Range?: string) {
  const input = { ...owned, Key: keyOf(key), ...(Range ? { Range } : {}) };
  return async (): Promise<FetchedObject> => {
    const command = new GetObjectCommand(input);
    command.middlewareStack.addRelativeTo(hearErrors, {
      name: 'hearErrors',
      relation: 'before',
      toMiddleware: 'flexibleChecksumsResponseMiddleware',
    });
    return readWhole(await client.send(command, sending));
  };
}

/**
 * Of an answer whose headers it cannot read, the SDK leaves the body: a wrong checksum of it would be an error that nobody
 * hears, which ends the process.
 */
const hearErrors: Parameters<GetObjectCommand['middlewareStack']['add']>[0] = (next) => async (args) => {
  const output = await next(args);
  const { body } = output.response as { readonly body?: unknown };
  if (body instanceof Readable) body.on('error', () => undefined);
  return output;
};

async function getObject(bucket: Bucket, key: string): Promise<StoredObject | undefined> {
  const place = { action: 'read', key: bucket.keyOf(key) } as const;
  const found = await bucket.ask(place, fetchBytes(bucket, key), { NoSuchKey: undefined });
  return found && { bytes: found.bytes, version: found.version };
}

async function getRange(
  bucket: Bucket,
  key: string,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Uint8Array | undefined> {
  // HTTP has no empty range: its one byte is asked for, and cut off.
  const range = `bytes=${start}-${Math.max(start, end - 1)}`;
  const place = { action: 'read', key: bucket.keyOf(key) } as const;
  const answers = { NoSuchKey: undefined, InvalidRange: beyondTheEnd };
  const found = await bucket.ask(place, fetchBytes(bucket, key, range), answers);
  // A server may ignore Range and send all of it (RFC 9110 §14.2).
  return found?.bytes.subarray(
    ...(found.partial ? [0, Math.max(0, end - start)] : [start, Math.max(start, end)]),
  );
}

function putObject(
  { client, owned, encrypted, sending, keyOf, ask }: Bucket,
  key: string,
  { bytes, condition }: { readonly bytes: Uint8Array; readonly condition: PutCondition },
): Promise<PutResult> {
  const input = { ...owned, ...encrypted, ...asHeaders(condition), Key: keyOf(key), Body: bytes };
  const send = async (): Promise<PutResult> => {
    const { ETag } = await client.send(new PutObjectCommand(input), sending);
    if (!ETag) throw new BrokenTransferError('S3 accepted an object without naming its ETag');
    return { written: true, version: ETag };
  };
  return ask({ action: 'write', key: keyOf(key) }, send, lostRaces);
}

async function* listObjects(
  { client, owned, sending, rootLength, keyOf, ask }: Bucket,
  prefix: string,
  startAfter: string | undefined,
): AsyncGenerator<ListedObject> {
  const input = {
    ...owned,
    Prefix: keyOf(prefix),
    // Keys may hold characters that XML cannot.
    EncodingType: 'url' as const,
    ...(startAfter === undefined ? {} : { StartAfter: keyOf(startAfter) }),
  };
  let token: string | undefined;
  do {
    const request = new ListObjectsV2Command({ ...input, ...(token ? { ContinuationToken: token } : {}) });
    const send = async () => checked(await client.send(request, sending), token);
    const page = await ask<ListingAnswer, never>({ action: 'list', key: keyOf(prefix) }, send, {});
    yield* listedObjects(page, rootLength);
    token = page.NextContinuationToken;
  } while (token);
}

async function removeObject({ client, owned, sending, keyOf, ask }: Bucket, key: string): Promise<void> {
  const command = new DeleteObjectCommand({ ...owned, Key: keyOf(key) });
  await ask({ action: 'remove', key: keyOf(key) }, () => client.send(command, sending), {});
}

async function isVersioned({ client, owned, sending, ask }: Bucket): Promise<boolean | undefined> {
  const command = new GetBucketVersioningCommand(owned);
  const found = await ask({ action: 'inspect', key: '' }, () => client.send(command, sending), hidden);
  return found && found.Status === 'Enabled';
}

async function encryption({ client, owned, sending, ask }: Bucket): Promise<string | undefined> {
  const command = new GetBucketEncryptionCommand(owned);
  const found = await ask<typeof unencrypted, typeof unencrypted | undefined>(
    { action: 'inspect', key: '' },
    () => client.send(command, sending),
    { ...hidden, ServerSideEncryptionConfigurationNotFoundError: unencrypted },
  );
  const [rule] = found?.ServerSideEncryptionConfiguration?.Rules ?? [];
  return found && (rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? 'none');
}

/** What may be hidden from a caller who can do all that a pull needs. */
const hidden = { AccessDenied: undefined };

/** Buckets of Amazon S3 are always encrypted; those of others may not be. */
const unencrypted: Pick<GetBucketEncryptionCommandOutput, 'ServerSideEncryptionConfiguration'> = {};

const lost: PutResult = { written: false };
/** What a conditional put is answered when another writer came first; the object may be gone, too. */
const lostRaces = { PreconditionFailed: lost, ConditionalRequestConflict: lost, NoSuchKey: lost };

function asHeaders(condition: PutCondition): { IfMatch: string } | { IfNoneMatch: '*' } {
  return 'ifVersion' in condition ? { IfMatch: condition.ifVersion } : { IfNoneMatch: '*' };
}
