import { setMaxListeners } from 'node:events';
import { createSummarySource } from '../src/adapters/aws-backup.ts';
import { createFileStore } from '../src/adapters/file-store.ts';
import { gzipLines } from '../src/adapters/gzip-lines.ts';
import { type BackoffPolicy, createRetry, retryLostRaces } from '../src/adapters/retry.ts';
import type { PullConfig } from '../src/config/pull-config.ts';
import type { Clock, ObjectStore, Report, RowCodec } from '../src/ports.ts';
import type { PullWorld } from '../src/pull.ts';
import { backupClients, sdkRegion } from './backup-clients.ts';
import { defaultTimeouts, type Timeouts } from './client-options.ts';
import { installedVersion, packageInfo } from './package-info.ts';

/** What sends the requests and hands the pages on. */
const BACKUP_SDK = '@aws-sdk/client-backup';

/** How long the record of a failed slice may take after the run was stopped, in milliseconds. */
const GRACE_MS = 5_000;

export interface WorldOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly timeouts?: Timeouts;
  /** Waits between tries; the defaults are made for AWS. */
  readonly backoff?: Pick<BackoffPolicy, 'minDelayMs' | 'maxDelayMs'>;
}

export interface OpenWorld extends PullWorld {
  close(): void;
}

/** Makes the clients and adapters a pull works with. */
export async function openWorld(config: PullConfig, options: WorldOptions): Promise<OpenWorld> {
  const { clock, signal, report, timeouts = defaultTimeouts, backoff = {} } = options;
  // One signal serves every request in flight; Node would take so many listeners for a leak.
  setMaxListeners(0, signal);
  const clients = backupClients(timeouts);
  const ledger = await openLedger(config, { ...options, timeouts });
  const retry = createRetry({ maxAttempts: config['max-attempts'], signal, now: clock.now, ...backoff });
  const { name, version } = packageInfo();
  return {
    store: ledger.open(signal),
    storeForFailures: ledger.open(graceAfter(signal)),
    codec: loadCodec(),
    lines: gzipLines,
    clock,
    signal,
    report,
    retryLostRaces: retryLostRaces({ signal, ...backoff }),
    openSource: (slice, hooks) =>
      createSummarySource({
        client: clients.in(slice.region),
        slice,
        pageSize: config['page-size'],
        retry,
        signal,
        hooks,
      }),
    writtenBy: `${name} ${version}`,
    versions: { [name]: version, [BACKUP_SDK]: installedVersion(BACKUP_SDK), node: process.version },
    close() {
      clients.close();
      ledger.close();
    },
  };
}

/** Loaded while the first pages are on their way: nothing is encoded or decoded before the last one is there. */
function loadCodec(): RowCodec {
  const loading = import('../src/adapters/parquet-codec.ts');
  return {
    encode: async (kind, rows) => (await loading).parquetCodec.encode(kind, rows),
    decode: async (kind, bytes) => (await loading).parquetCodec.decode(kind, bytes),
  };
}

interface Ledger {
  open(signal: AbortSignal): ObjectStore;
  close(): void;
}

type LedgerOptions = WorldOptions & { readonly timeouts: Timeouts };

async function openLedger(config: PullConfig, { clock, timeouts, backoff }: LedgerOptions): Promise<Ledger> {
  const { ledger } = config;
  if (ledger.type === 'folder') {
    return { open: (signal) => createFileStore({ root: ledger.path, signal }), close: () => undefined };
  }
  // A local ledger does not wait for the S3 client to be loaded.
  const [{ createS3Store }, { s3Client }] = await Promise.all([
    import('../src/adapters/s3-store.ts'),
    import('./s3-client.ts'),
  ]);
  const region = await sdkRegion().catch((error: unknown) => config.regions[0] ?? Promise.reject(error));
  const client = s3Client(region, config['s3-path-style'], timeouts);
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
function graceAfter(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const abortLater = () => {
    setTimeout(() => controller.abort(signal.reason), GRACE_MS).unref();
  };
  if (signal.aborted) abortLater();
  else signal.addEventListener('abort', abortLater, { once: true });
  return controller.signal;
}
