import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SummaryRow, EpochMs } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import type { PullResult, SliceResult } from '../../schemas/pull-result.ts';
import { parquetCodec } from '../../src/adapters/parquet/codec.ts';
import { parsePartitionPath } from '../../src/ledger/partition.ts';
import { sliceName } from '../../src/domain/slice.ts';
import type { MonthCodec } from '../../src/ports.ts';
import { MANIFEST } from '../../src/ledger/manifest.ts';
import {
  ledgerRows,
  OBSERVED_AT,
  onlySlice,
  type PullFields,
  pullOnce,
  summaryOf,
} from '../fixtures/builders.ts';
import { jsonCodec, MemoryStore } from '../fixtures/memory-store.ts';
import { cases } from './cases.ts';
import { type SomePull, someKind, somePulls } from './arbitraries.ts';
import { LedgerModel } from './model.ts';
import { monthOf } from '../../src/domain/day.ts';

const unusable = { Count: -1 };

/** Runs the real pull, from the document AWS would send to the ledger. */
async function apply(
  store: MemoryStore,
  pull: SomePull,
  { codec = jsonCodec, later = pull.observedAt }: { codec?: MonthCodec; later?: EpochMs } = {},
): Promise<SliceResult> {
  return onlySlice(await run(store, pull, { codec, later }));
}

function run(store: MemoryStore, pull: SomePull, fields: PullFields): Promise<PullResult> {
  const { slice, observedAt, rows, toleratedRejects } = pull;
  const summaries = [
    ...rows.map((row) => summaryOf(slice.kind, row)),
    ...(toleratedRejects ? [unusable] : []),
  ];
  return pullOnce(summaries, { store, slice, now: observedAt, limits: { maxRejects: 1 }, ...fields });
}

function asModelPull({ slice, ...pull }: SomePull) {
  return { ...pull, slice: sliceName(slice) };
}

/** When the last of them began: by then all have been written. */
function latestOf(pulls: readonly SomePull[]): EpochMs {
  return Math.max(...pulls.map(({ observedAt }) => observedAt));
}

/** Rows as a set. */
function asSet(rows: readonly SummaryRow[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

async function storedRows(store: MemoryStore, kind: Kind, codec: MonthCodec): Promise<SummaryRow[]> {
  return Object.values(await ledgerRows(store, kind, codec)).flat();
}

function dataPuts(store: MemoryStore): string[] {
  return store.puts.filter((key) => parsePartitionPath(key));
}

const someHistory = someKind.chain((kind) => fc.tuple(fc.constant(kind), somePulls(kind)));

/** What can be seen of a ledger after a pull. */
interface Sight {
  readonly outcome: string;
  readonly protected: number;
  readonly monthsWritten: readonly (string | undefined)[];
  /** What was written besides: not the record of a good pull after its data. */
  readonly strays: readonly string[];
  readonly rows: readonly string[];
}

/** Runs the pulls, and shows the ledger after each of them. */
async function watch(kind: Kind, pulls: readonly SomePull[], codec: MonthCodec): Promise<Sight[]> {
  const store = new MemoryStore();
  const sights: Sight[] = [];
  let later = 0;
  for (const pull of pulls) {
    const before = store.puts.length;
    later = Math.max(later, pull.observedAt);
    const { outcome, protected: protectedDays } = await apply(store, pull, { codec, later });
    const puts = store.puts.slice(before).filter((key) => key !== MANIFEST);
    const data = puts.filter((key) => parsePartitionPath(key)).toSorted();
    const strays = puts.filter(
      (key, index) => !data.includes(key) && !(outcome === 'ok' && index === data.length),
    );
    sights.push({
      outcome,
      protected: protectedDays,
      monthsWritten: data.map((key) => parsePartitionPath(key)?.month),
      strays,
      rows: asSet(await storedRows(store, kind, codec)),
    });
  }
  return sights;
}

/** What the model says should be seen. */
function foretell(kind: Kind, pulls: readonly SomePull[]): Sight[] {
  const model = new LedgerModel(kind);
  return pulls.map((pull) => {
    const { superseded, protected: protectedDays, changedDays } = model.pull(asModelPull(pull));
    const outcome = superseded ? 'superseded' : 'ok';
    return {
      outcome,
      protected: protectedDays,
      monthsWritten: [...new Set(changedDays.map(monthOf))],
      strays: [],
      rows: asSet(model.rows()),
    };
  });
}

describe('any sequence of pulls', () => {
  it.each([
    ['JSON', jsonCodec, 1500],
    ['Parquet', parquetCodec, 60],
  ])('leaves the ledger, in %s, as the rules say', async (_format, codec, all) => {
    const agrees = fc.asyncProperty(someHistory, async ([kind, pulls]) => {
      expect(await watch(kind, pulls, codec)).toEqual(foretell(kind, pulls));
    });
    await fc.assert(agrees, { numRuns: cases(all) });
  });

  it('is told in books that balance', async () => {
    const balances = fc.asyncProperty(someHistory, async ([, pulls]) => {
      const store = new MemoryStore();
      const later = latestOf(pulls);
      for (const pull of pulls) {
        const { received, kept, duplicates, conflicts, rejected, foreign } = await apply(store, pull, {
          later,
        });
        expect(received).toBe(kept + duplicates + conflicts + rejected + foreign);
        expect(received).toBe(pull.rows.length + (pull.toleratedRejects ? 1 : 0));
      }
    });
    await fc.assert(balances, { numRuns: cases(200) });
  });
});

describe('a pull applied twice', () => {
  it('is a pull applied once: no data object is written again', async () => {
    const once = fc.asyncProperty(someHistory, async ([, pulls]) => {
      const store = new MemoryStore();
      const later = latestOf(pulls);
      for (const pull of pulls) {
        await apply(store, pull, { codec: parquetCodec, later });
        const objects = store.snapshot();
        const puts = dataPuts(store).length;
        const again = await apply(store, pull, { codec: parquetCodec, later });
        expect(again.partitions.written).toBe(0);
        expect(dataPuts(store)).toHaveLength(puts);
        for (const [key, bytes] of Object.entries(objects))
          expect(store.snapshot()[key]?.startsWith(bytes)).toBe(true);
      }
    });
    await fc.assert(once, { numRuns: cases(60) });
  });

  it('is a pull applied once although the second comes later, where nothing newer came between', async () => {
    const once = fc.asyncProperty(someHistory, async ([, pulls]) => {
      const store = new MemoryStore();
      for (const [index, pull] of pulls.entries()) {
        const observedAt = OBSERVED_AT + 10 * index;
        await apply(store, { ...pull, observedAt });
        const puts = dataPuts(store).length;
        await apply(store, { ...pull, observedAt: observedAt + 1 });
        expect(dataPuts(store)).toHaveLength(puts);
      }
    });
    await fc.assert(once, { numRuns: cases(300) });
  });
});

describe('a dry run', () => {
  it('writes nothing, and plans and says what the pull then does', async () => {
    const foretells = fc.asyncProperty(someHistory, async ([, pulls]) => {
      const store = new MemoryStore();
      const later = latestOf(pulls);
      for (const pull of pulls) {
        const before = store.snapshot();
        const dry = await run(store, pull, { dryRun: true, later });
        expect(store.snapshot()).toEqual(before);
        const puts = dataPuts(store).length;
        const wet = await apply(store, pull, { later });
        const planned = (dry.plan ?? []).filter(({ action }) => action !== 'unchanged');
        expect(new Set(planned.map(({ partition }) => partition))).toEqual(
          new Set(dataPuts(store).slice(puts)),
        );
        const { partitions: _written, days: _changed, ...said } = onlySlice(dry);
        expect(wet).toMatchObject(said);
      }
    });
    await fc.assert(foretells, { numRuns: cases(200) });
  });
});

describe('pulls of different slices', () => {
  it('leave the same rows whichever order they are applied in, if each account was asked for by one of them', async () => {
    const commutes = fc.asyncProperty(someHistory, async ([kind, pulls]) => {
      const [first, second] = [pulls.at(0), pulls.at(-1)];
      fc.pre(first !== undefined && second !== undefined);
      const accounts = ['111111111111', '222222222222'];
      const asked = [first, second].map((pull, index) => {
        const scope = accounts[index] ?? '';
        const rows = pull.rows.filter((row) => row.account_id === scope);
        return { ...pull, rows, slice: { ...pull.slice, scope } };
      });
      const [forwards, backwards] = [new MemoryStore(), new MemoryStore()];
      const later = latestOf(pulls);
      for (const pull of asked) await apply(forwards, pull, { later });
      for (const pull of asked.toReversed()) await apply(backwards, pull, { later });
      expect(await ledgerRows(forwards, kind)).toEqual(await ledgerRows(backwards, kind));
    });
    await fc.assert(commutes, { numRuns: cases(200) });
  });
});
