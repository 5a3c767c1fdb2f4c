import { describe, expect, it } from 'vitest';
import { LedgerError } from '../../src/errors.ts';
import { pullRegion } from '../../src/pull/pull-region.ts';
import type { Slice } from '../../src/domain/slice.ts';
import type { SummarySource } from '../../src/ports.ts';
import {
  ACCOUNT,
  aRow,
  aSlice,
  aSource,
  aSummary,
  aWorld,
  generousLimits,
  ledgerRows,
  OBSERVED_AT,
  OTHER_ACCOUNT,
} from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';
import { recordsIn } from '../fixtures/records.ts';
import type { PullOptions, PullWorld } from '../../src/pull/pull-world.ts';

const one = aSlice({ scope: ACCOUNT, filters: { AccountId: ACCOUNT } });
const other = aSlice({ scope: OTHER_ACCOUNT, filters: { AccountId: OTHER_ACCOUNT } });

const settings: PullOptions = {
  limits: generousLimits,
  reconcile: 'off',
  keepRaw: true,
  dryRun: false,
  concurrency: 2,
  firstMonth: '2026-11',
};

/** A world in which each slice has a source of its own, as it is so many milliseconds after the first. */
function aRegion(
  sources: readonly (readonly [Slice, SummarySource])[],
  store = new MemoryStore(),
  later = 0,
) {
  const world: PullWorld = {
    ...aWorld({ store, now: OBSERVED_AT + later }),
    openSource: (slice) => sources.find(([{ scope }]) => scope === slice.scope)?.[1] ?? aSource([]),
  };
  const pull = async (options: Partial<PullOptions> = {}) =>
    pullRegion(
      sources.map(([slice]) => slice),
      world,
      { ...settings, ...options },
    );
  return { store, pull };
}

const theirs = aSource([[aSummary({ AccountId: OTHER_ACCOUNT })]]);
const refusing: SummarySource = {
  request: {},
  fetchPage: () => Promise.reject(new LedgerError('fix-config', 'no permission')),
};

describe('slices that share their partitions', () => {
  it('are published together: each partition is written once, and each slice has its record', async () => {
    const { store, pull } = aRegion([
      [one, aSource([[aSummary()]])],
      [other, theirs],
    ]);
    const { slices } = await pull();
    expect(slices.map(({ result }) => [result.outcome, result.partitions.written])).toEqual([
      ['ok', 1],
      ['ok', 1],
    ]);
    expect(store.puts.filter((key) => key.startsWith('copy_job_summaries/'))).toHaveLength(1);
    expect(new Set(store.puts.filter((key) => key.startsWith('pulls/'))).size).toBe(2);
    expect(Object.values(await ledgerRows(store)).flat()).toEqual([
      aRow(),
      aRow({ account_id: OTHER_ACCOUNT }),
    ]);
  });

  it('do not stop each other: the one that fails says so, the other is published', async () => {
    const { store, pull } = aRegion([
      [one, refusing],
      [other, theirs],
    ]);
    const { slices } = await pull();
    expect(
      slices.map(({ result, error }) => [result.outcome, result.error?.message, error?.recovery]),
    ).toEqual([
      ['failed', 'no permission', 'fix-config'],
      ['ok', undefined, undefined],
    ]);
    expect(Object.values(await ledgerRows(store)).flat()).toEqual([aRow({ account_id: OTHER_ACCOUNT })]);
  });

  it('are planned with a dry run, and nothing is written', async () => {
    const { store, pull } = aRegion([
      [one, aSource([[aSummary()]])],
      [other, theirs],
    ]);
    const { plan } = await pull({ dryRun: true });
    expect(plan).toMatchObject([{ action: 'create', added: 2, changed: 0, removed: 0 }]);
    expect(store.puts).toEqual([]);
  });
});

describe('a slice', () => {
  it('that shows too few accounts keeps its pages and publishes nothing', async () => {
    const { store, pull } = aRegion([[one, aSource([[aSummary()]])]]);
    const { slices } = await pull({ limits: { ...generousLimits, minAccounts: 2 } });
    expect(slices[0]?.result).toMatchObject({
      outcome: 'failed',
      accounts: 1,
      error: { recovery: 'fix-config' },
    });
    expect(slices[0]?.result.raw).toMatch(/^raw\//);
    expect(Object.keys(await ledgerRows(store))).toEqual([]);
  });

  it('whose newer pull is on record is superseded, and leaves nothing', async () => {
    const store = new MemoryStore();
    await aRegion([[one, aSource([[aSummary({ Count: 2 })]])]], store).pull();
    const before = store.snapshot();
    const { slices } = await aRegion([[one, aSource([[aSummary()]])]], store, -1).pull();
    expect(slices[0]?.result).toMatchObject({ outcome: 'superseded', raw: null, partitions: { written: 0 } });
    expect(store.snapshot()).toEqual(before);
  });

  it('says of which days it protected stored jobs', async () => {
    const store = new MemoryStore();
    await aRegion([[one, aSource([[aSummary({ Count: 9 })]])]], store).pull();
    const { slices } = await aRegion([[one, aSource([[aSummary({ Count: 3 })]])]], store, 1).pull();
    expect(slices[0]?.result.protected).toBe(1);
    expect(slices[0]?.result.warnings).toEqual([
      '1 account-day came with fewer jobs than are stored and were kept: 2026-11-22',
    ]);
  });

  it('protects stored jobs on every day when rows were rejected', async () => {
    const store = new MemoryStore();
    const days = ['2026-11-20', '2026-11-21', '2026-11-22'];
    await aRegion([[one, aSource([days.map((day) => aSummary({ day, Count: 9 }))])]], store).pull();
    const fewer = days.map((day) => aSummary({ day, Count: 4 }));
    const next = aRegion([[one, aSource([[...fewer, aSummary({ Count: -1 })]])]], store, 1);
    const before = await ledgerRows(store);
    const { slices } = await next.pull({ limits: { ...generousLimits, maxRejects: 1 } });
    expect(slices[0]?.result).toMatchObject({ outcome: 'ok', rejected: 1, protected: 3 });
    expect(await ledgerRows(store)).toEqual(before);
  });

  it('without a single row is good, and changes nothing', async () => {
    const store = new MemoryStore();
    await aRegion([[one, aSource([[aSummary({ State: 'RUNNING' })]])]], store).pull();
    const before = await ledgerRows(store);
    const { slices } = await aRegion([[one, aSource([[]])]], store, 1).pull();
    expect(slices[0]?.result).toMatchObject({ outcome: 'ok', accounts: 0, first_day: null, last_day: null });
    expect(await ledgerRows(store)).toEqual(before);
  });

  it('that fails on a row leaves the ledger as it was, and says so on record', async () => {
    const store = new MemoryStore();
    await aRegion([[one, aSource([[aSummary()]])]], store).pull();
    const before = await ledgerRows(store);
    const { slices } = await aRegion([[one, aSource([[aSummary({ Count: -1 })]])]], store, 1).pull();
    expect(slices[0]?.result).toMatchObject({
      outcome: 'failed',
      rejected: 1,
      partitions: { written: 0, unchanged: 0 },
      error: { name: 'BadDataError', recovery: 'fix-data' },
    });
    expect(await ledgerRows(store)).toEqual(before);
    expect(recordsIn(store).at(-1)).toMatchObject({ outcome: 'failed', rejected: 1 });
  });
});
