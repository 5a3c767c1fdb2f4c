import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../schemas/columns.ts';
import { DamagedObjectError, WrongClockError } from '../../src/errors.ts';
import { applyPartition, type DayTask, type Files, planPartition } from '../../src/merge/commit.ts';
import { aRow, OBSERVED_AT, YESTERDAY } from '../fixtures/builders.ts';
import { jsonCodec, jsonMonth, MemoryStore } from '../fixtures/memory-store.ts';

const partition = 'copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11/eu-west-1.parquet';

const clock = { now: () => OBSERVED_AT };

let store: MemoryStore;
let files: Files;
beforeEach(() => {
  store = new MemoryStore();
  files = { store, codec: jsonCodec, clock };
});

type Merge = DayTask['merge'];

/** A merge whose outcome is given. */
function becoming(
  rows: readonly SummaryRow[],
  difference: Partial<Record<'added' | 'changed' | 'removed', number>>,
) {
  return { rows, parts: [], added: 0, changed: 0, removed: 0, ...difference };
}

function plan(merge: Merge) {
  const key = {
    table: 'copy_job_summaries',
    aggregationPeriod: 'ONE_DAY',
    month: '2026-11',
    region: 'eu-west-1',
  } as const;
  return planPartition(files, {
    key,
    kind: 'copy',
    days: [{ startDate: YESTERDAY, merge }],
  });
}

async function seed(rows: readonly SummaryRow[]): Promise<string> {
  return store.seed(partition, await jsonMonth(rows));
}

async function storedRows(): Promise<SummaryRow[]> {
  return (await jsonCodec.open('copy', store.bytes(partition))).rowsOf(YESTERDAY);
}

describe('planning a partition', () => {
  it('writes nothing', async () => {
    await plan(() => becoming([aRow()], { added: 1 }));
    expect(store.keys()).toEqual([]);
  });

  it('merges with the stored rows', async () => {
    await seed([aRow({ job_count: 3 })]);
    let given: readonly SummaryRow[] = [];
    await plan((stored) => {
      given = stored;
      return becoming(stored, {});
    });
    expect(given).toEqual([aRow({ job_count: 3 })]);
  });

  it('creates what is not there', async () => {
    expect((await plan(() => becoming([aRow()], { added: 1 }))).change).toEqual({
      partition,
      action: 'create',
      added: 1,
      changed: 0,
      removed: 0,
      days: [{ start_date: YESTERDAY, added: 1, changed: 0, removed: 0 }],
    });
  });

  it.each([{ added: 1 }, { changed: 1 }, { removed: 1 }])(
    'replaces what is there for %o',
    async (difference) => {
      await seed([aRow()]);
      expect((await plan((stored) => becoming(stored, difference))).change).toMatchObject({
        action: 'replace',
        ...difference,
      });
    },
  );

  it.each([[[]], [[aRow()]]])('leaves alone what stays as it is: %j', async (rows) => {
    if (rows.length > 0) await seed(rows);
    expect((await plan((stored) => becoming(stored, {}))).change.action).toBe('unchanged');
  });

  it('names the object that cannot be read', async () => {
    store.seed(partition, 'not rows');
    const planned = plan((stored) => becoming(stored, {}));
    await expect(planned).rejects.toThrow(DamagedObjectError);
    await expect(planned).rejects.toThrow(`${partition}: no rows of kind copy`);
  });

  it('lets a bug in the codec pass as what it is', async () => {
    await seed([aRow()]);
    const bug = new TypeError('a bug');
    files = { store, clock, codec: { ...jsonCodec, open: () => Promise.reject(bug) } };
    await expect(plan((stored) => becoming(stored, {}))).rejects.toBe(bug);
  });
});

describe('applying a plan', () => {
  it('writes the merged rows and says what it wrote', async () => {
    const rows = [aRow(), aRow({ state: 'FAILED' })];
    const committed = await applyPartition(files, await plan(() => becoming(rows, { added: 2 })));
    expect(await storedRows()).toEqual(rows);
    expect(committed?.object).toEqual({
      partition,
      action: 'written',
      version: (await store.get(partition))?.version,
      sha256: createHash('sha256').update(store.bytes(partition)).digest('hex'),
      replaced_sha256: null,
      rows: 2,
    });
  });

  it('does not write what stays as it is, and confirms the object', async () => {
    const version = await seed([aRow()]);
    const committed = await applyPartition(files, await plan((stored) => becoming(stored, {})));
    expect(store.puts).toEqual([]);
    expect(committed?.object).toEqual({
      partition,
      action: 'unchanged',
      version,
      sha256: createHash('sha256').update(store.bytes(partition)).digest('hex'),
      replaced_sha256: null,
      rows: 1,
    });
  });

  it('says what it replaced', async () => {
    await seed([aRow()]);
    const before = createHash('sha256').update(store.bytes(partition)).digest('hex');
    const committed = await applyPartition(
      files,
      await plan(() => becoming([aRow({ job_count: 2 })], { changed: 1 })),
    );
    expect(committed?.object).toMatchObject({ action: 'written', replaced_sha256: before });
  });

  it('leaves the other days of the month as they are', async () => {
    const other = aRow({ day: '2026-11-01' });
    await seed([other, aRow()]);
    const committed = await applyPartition(files, await plan(() => becoming([], { removed: 1 })));
    const month = await jsonCodec.open('copy', store.bytes(partition));
    expect([...month.days.keys()]).toEqual(['2026-11-01']);
    expect(committed?.object?.rows).toBe(1);
  });

  it('refuses rows that were seen in the future', async () => {
    await seed([aRow({ observed_at: OBSERVED_AT + 3_600_000 })]);
    await expect(plan((stored) => becoming(stored, {}))).rejects.toThrow(WrongClockError);
  });

  it('makes no object for a day without rows', async () => {
    const committed = await applyPartition(files, await plan(() => becoming([], {})));
    expect(committed).toMatchObject({ object: undefined });
    expect(store.keys()).toEqual([]);
  });

  it('replaces a partition that becomes empty by one without rows', async () => {
    await seed([aRow({ state: 'RUNNING' })]);
    const committed = await applyPartition(files, await plan(() => becoming([], { removed: 1 })));
    expect(await storedRows()).toEqual([]);
    expect(committed?.object).toMatchObject({ action: 'written', rows: 0 });
  });

  it.each([
    ['created the object', async () => undefined],
    ['replaced the object', () => seed([aRow()])],
  ])('changes nothing when another writer %s meanwhile', async (_what, before) => {
    await before();
    const planned = await plan((stored) => becoming([...stored, aRow({ state: 'FAILED' })], { added: 1 }));
    const theirs = [aRow({ account_id: '999999999999' })];
    await seed(theirs);
    expect(await applyPartition(files, planned)).toBeUndefined();
    expect(await storedRows()).toEqual(theirs);
  });

  it('does not bring back an object that someone deleted meanwhile', async () => {
    await seed([aRow()]);
    const planned = await plan((stored) => becoming(stored, { changed: 1 }));
    const empty = new MemoryStore();
    expect(await applyPartition({ store: empty, codec: jsonCodec, clock }, planned)).toBeUndefined();
    expect(empty.keys()).toEqual([]);
  });
});
