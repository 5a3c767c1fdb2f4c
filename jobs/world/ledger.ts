import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import { createFileStore } from '../../src/adapters/folder/store.ts';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import { type BackoffPolicy } from '../../src/adapters/back-off.ts';
import type { LedgerConfig } from '../../src/config/ledger-config.ts';
import type { LedgerPlace } from '../../src/config/values.ts';
import type { Clock, InspectedStore, ObjectStore, MonthCodec, StoredMonth } from '../../src/ports.ts';
import { sdkRegion } from './sdk-region.ts';
import { defaultTimeouts, type Timeouts } from './client-options.ts';

/** How long the record of a failed slice may take after the run was stopped, in milliseconds. */
const GRACE_MS = 5_000;

export interface LedgerOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeouts?: Timeouts;
  /** Waits between tries; the defaults are made for AWS. */
  readonly backoff?: Pick<BackoffPolicy, 'minDelayMs' | 'maxDelayMs'>;
}

/** Encoding and decoding are work for the processor: side by side they take no less time, but the memory of all. */
const oneAtATime = pLimit(1);

/** A codec that is loaded when it is first asked for something, or before. */
export interface LazyCodec extends MonthCodec {
  readonly prepare: () => void;
}

export function lazyCodec(): LazyCodec {
  const load = async () => (await import('../../src/adapters/parquet/codec.ts')).parquetCodec;
  return {
    encode: (kind, days) => oneAtATime(async () => (await load()).encode(kind, days)),
    open: (kind, bytes) => oneAtATime(async () => oneByOne(await (await load()).open(kind, bytes))),
    // Who needs it is told what went wrong; a pull that fails before that has no use for it.
    prepare: () => void load().catch(() => undefined),
  };
}

/** A month whose days are decoded and encoded one at a time, whoever asks. */
function oneByOne({ days, holds, rowsOf, splice }: StoredMonth): StoredMonth {
  return {
    days,
    holds,
    rowsOf: (day) => oneAtATime(() => rowsOf(day)),
    splice: (changed) => oneAtATime(() => splice(changed)),
  };
}

export interface Ledger<S extends ObjectStore = ObjectStore> {
  open(signal: AbortSignal): S;
  close(): void;
}

/** Opens the place a ledger lies in. `region` is where its bucket is looked for when the SDK knows no region. */
export async function openLedger(
  config: LedgerConfig,
  options: LedgerOptions,
  region?: string,
): Promise<Ledger> {
  const { ledger } = config;
  if (ledger.type === 's3') return openS3Ledger({ ...config, ledger }, options, region);
  return { open: (signal) => createFileStore({ root: ledger.path, signal }), close: () => undefined };
}

type S3LedgerConfig = Omit<LedgerConfig, 'ledger'> & {
  readonly ledger: Extract<LedgerPlace, { readonly type: 's3' }>;
};

export async function openS3Ledger(
  config: S3LedgerConfig,
  { clock, timeouts = defaultTimeouts, backoff }: LedgerOptions,
  region?: string,
): Promise<Ledger<InspectedStore>> {
  const { ledger } = config;
  // A local ledger does not wait for the S3 client to be loaded.
  const [{ createS3Store }, { s3Client }] = await Promise.all([
    import('../../src/adapters/aws/s3-store.ts'),
    import('./s3-client.ts'),
  ]);
  const home = await sdkRegion().catch((error: unknown) => region ?? Promise.reject(error));
  const client = s3Client(home, config['s3-path-style'], timeouts);
  return {
    open: (signal) =>
      createS3Store({
        client,
        bucket: ledger.bucket,
        prefix: ledger.prefix,
        expectedBucketOwner: config['expected-bucket-owner'],
        kmsKey: config['kms-key'],
        retry: createRetry({ maxAttempts: config['max-attempts'], signal, now: clock.now, ...backoff }),
        signal,
      }),
    close: () => client.destroy(),
  };
}

/** Aborts a while after the given signal does. */
export function graceAfter(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const abortLater = () => {
    setTimeout(() => controller.abort(signal.reason), GRACE_MS).unref();
  };
  if (signal.aborted) abortLater();
  else signal.addEventListener('abort', abortLater, { once: true });
  return controller.signal;
}
