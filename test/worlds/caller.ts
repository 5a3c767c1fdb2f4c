import { BackupClient } from '@aws-sdk/client-backup';
import { factsOf } from '../../schemas/kinds.ts';
import { createSummarySource } from '../../src/adapters/aws/backup.ts';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import { parquetCodec } from '../../src/adapters/parquet/codec.ts';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import { retryLostRaces } from '../../src/adapters/back-off.ts';
import type { SummarySource } from '../../src/ports.ts';
import { type RunOptions, pullAll } from '../../src/pull/pull-all.ts';
import type { Simulator, SummaryItem } from '../../src/simulator/index.ts';
import { aSlice, generousLimits, tryAgain } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';
import type { CountedRow } from './counts.ts';
import type { PulledRows } from './naive.ts';
import { countedItem } from './observer.ts';
import type { PullWorld } from '../../src/pull/pull-world.ts';

// The SDK's note on the Node of the future is no result of a test.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

export const SLICE = aSlice();
/** Small enough that every world's answer has several pages. */
const PAGE_SIZE = 40;

/** Pulls one slice of a simulator through the SDK, over HTTP, into Parquet files in memory. */
export interface Caller {
  readonly ledger: MemoryStore;
  /** The rows of every pull so far, as they came over the wire, those of other regions left out. */
  readonly pulled: PulledRows;
  /** Throws when the pull does not succeed. */
  pull(): Promise<void>;
  close(): void;
}

/** What the merge makes of what came: without a second opinion by totals, or the pages themselves. */
const run: RunOptions = {
  slices: [SLICE],
  limits: generousLimits,
  reconcile: 'off',
  keepRaw: false,
  dryRun: false,
  concurrency: 1,
};

/** One client serves a whole life: making one costs as much as a pull. */
export function openCaller(simulator: Simulator): Caller {
  const ledger = new MemoryStore();
  const pulled: CountedRow[][] = [];
  const { signal } = new AbortController();
  const client = new BackupClient({
    region: SLICE.region,
    endpoint: simulator.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const clock = { now: () => simulator.clock.now() };
  const retry = createRetry({ maxAttempts: 3, signal, now: clock.now, minDelayMs: 1 });
  const world: PullWorld = {
    store: ledger,
    afterFailure: { store: ledger, retryLostRaces: tryAgain },
    codec: parquetCodec,
    lines: gzipLines,
    clock,
    signal,
    report: () => undefined,
    retryLostRaces: retryLostRaces({ signal }),
    openSource: (slice, hooks) => {
      const rows: CountedRow[] = [];
      pulled.push(rows);
      return recording(
        createSummarySource({ client, slice, pageSize: PAGE_SIZE, retry, signal, hooks }),
        rows,
      );
    },
    writtenBy: 'backup-ledger 0.0.0-test',
    versions: {},
  };
  return {
    ledger,
    pulled,
    async pull() {
      const result = await pullAll(run, world);
      if (result.outcome !== 'ok') throw new Error(`a pull failed: ${JSON.stringify(result)}`);
    },
    close: () => client.destroy(),
  };
}

function recording(source: SummarySource, rows: CountedRow[]): SummarySource {
  const { resultList } = factsOf(SLICE.kind);
  return {
    request: source.request,
    async fetchPage(token) {
      const page = await source.fetchPage(token);
      const items = (page.document as Readonly<Record<string, readonly SummaryItem[]>>)[resultList] ?? [];
      rows.push(...items.filter(({ Region }) => Region === SLICE.region).map(countedItem));
      return page;
    },
  };
}
