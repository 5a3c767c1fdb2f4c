import { beforeEach, describe, expect, it } from 'vitest';
import type { EpochMs } from '../../schemas/columns.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { WrongClockError } from '../../src/errors.ts';
import { lastGoodPull, newerPull } from '../../src/ledger/history.ts';
import { recordMonth, recordsPath } from '../../src/ledger/records-key.ts';
import { aSlice, OBSERVED_AT } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';
import { addRecord } from '../fixtures/records.ts';

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

const slice = aSlice();
const history = { firstMonth: '2020-01', now: OBSERVED_AT };

function record(observedAt: EpochMs, fields: Partial<PullRecord> = {}, of = slice): Promise<string> {
  return addRecord(store, observedAt, fields, of);
}

async function last() {
  store.gets.length = 0;
  return lastGoodPull(store, history, slice);
}

/** Adds a line by hand. */
function spoil(instant: EpochMs, line: string): void {
  const key = recordsPath({ slice: 'copy-ONE_DAY-eu-west-1-any', month: recordMonth(instant) });
  const before = store.keys().includes(key) ? store.text(key) : '';
  store.seed(key, `${before}${line}\n`);
}

describe('the last good pull', () => {
  it('is the newest, and one request finds it', async () => {
    await record(OBSERVED_AT - DAY_MS, { accounts: 1 });
    const pull = await record(OBSERVED_AT - 1, { accounts: 8, pages: 4 });
    expect(await last()).toMatchObject({ pull, observedAt: OBSERVED_AT - 1, accounts: 8, pages: 4 });
    expect(store.gets).toHaveLength(1);
  });

  it.each<[string, Partial<PullRecord>]>([
    ['failed', { outcome: 'failed', last_good_pull: '20261122T030005123Z-copy-ONE_DAY-eu-west-1-any' }],
    ['went into another table', { table: 'copy_failures' }],
    ['lies in the future', { observed_at: '2026-11-24 03:00:05.123' }],
  ])('is not one that %s', async (_what, fields) => {
    await record(OBSERVED_AT - DAY_MS);
    await record(OBSERVED_AT - 1, fields);
    expect(await last()).toMatchObject({ observedAt: OBSERVED_AT - DAY_MS });
  });

  it.each(['', '{', 'null', '[]', '7'])('is not one whose record reads %j', async (text) => {
    await record(OBSERVED_AT - DAY_MS);
    spoil(OBSERVED_AT, text);
    expect(await last()).toMatchObject({ observedAt: OBSERVED_AT - DAY_MS });
  });

  it('is not one of another slice, and no replay', async () => {
    await record(OBSERVED_AT - 1, {}, aSlice({ scope: '111111111111' }));
    await record(OBSERVED_AT - 1, {}, aSlice({ scope: 'replay' }));
    expect(await last()).toBeUndefined();
  });

  it('is found in an earlier month, however long ago', async () => {
    const pull = await record(OBSERVED_AT - 400 * DAY_MS);
    expect(await last()).toMatchObject({ pull });
  });

  it('is looked for no further back than the ledger goes', async () => {
    store.gets.length = 0;
    expect(await lastGoodPull(store, { ...history, firstMonth: '2026-10' }, slice)).toBeUndefined();
    expect(store.gets).toHaveLength(2);
  });

  it('is the last one that saw any rows', async () => {
    const pull = await record(OBSERVED_AT - 3 * DAY_MS);
    const empty = { kept: 0, accounts: 0, accounts_before: 3, last_good_pull: pull };
    await record(OBSERVED_AT - 2 * DAY_MS, empty);
    await record(OBSERVED_AT - DAY_MS, empty);
    expect(await last()).toMatchObject({ pull, observedAt: OBSERVED_AT - 3 * DAY_MS, accounts: 3 });
  });

  it('may have seen none, where none ever did', async () => {
    await record(OBSERVED_AT - 2 * DAY_MS, { kept: 0, accounts: 0 });
    const first = '20261121T030005123Z-copy-ONE_DAY-eu-west-1-any';
    const pull = await record(OBSERVED_AT - DAY_MS, {
      kept: 0,
      accounts: 0,
      accounts_before: 0,
      last_good_pull: first,
    });
    expect(await last()).toMatchObject({ pull: first, accounts: 0 });
    expect(pull).not.toBe(first);
  });
});

describe('the last good pull of a slice that keeps failing', () => {
  const failed = (pull: string | null) => ({ outcome: 'failed', last_good_pull: pull }) as const;

  it('is found by the word of the failed ones, however long ago it was', async () => {
    const good = await record(OBSERVED_AT - 90 * DAY_MS);
    await record(OBSERVED_AT - 3 * DAY_MS, failed(good));
    await record(OBSERVED_AT - 2 * DAY_MS, failed(good));
    expect(await last()).toMatchObject({ pull: good });
  });

  it('is a good one that ran beside the failed one, whose word is older', async () => {
    const known = await record(OBSERVED_AT - 3 * DAY_MS);
    const beside = await record(OBSERVED_AT - DAY_MS - 60_000);
    await record(OBSERVED_AT - DAY_MS, failed(known));
    expect(await last()).toMatchObject({ pull: beside });
  });

  it('is none when there never was one', async () => {
    await record(OBSERVED_AT - DAY_MS, failed(null));
    expect(await last()).toBeUndefined();
    expect(store.gets).toHaveLength(1);
  });
});

describe('a newer pull', () => {
  const newer = (now = OBSERVED_AT + 40 * DAY_MS) =>
    newerPull(store, { ...history, now }, { slice, observedAt: OBSERVED_AT });

  it.each([
    ['a millisecond later', 1, true],
    ['a day later', DAY_MS, true],
    ['in the next month', 9 * DAY_MS, true],
    ['40 days later', 40 * DAY_MS, true],
    ['at the same instant', 0, false],
    ['a millisecond earlier', -1, false],
    ['a day earlier', -DAY_MS, false],
  ])('is one that began %s (%i ms): %s', async (_when, shift, expected) => {
    await record(OBSERVED_AT + shift);
    expect((await newer()) !== undefined).toBe(expected);
  });

  it('is not one that only took the name of the next millisecond', async () => {
    await record(OBSERVED_AT);
    await record(OBSERVED_AT);
    expect(await newer()).toBeUndefined();
  });

  it('is not one that failed', async () => {
    await record(OBSERVED_AT + 1, { outcome: 'failed' });
    expect(await newer()).toBeUndefined();
  });

  it('of the future is a wrong clock, named with its cure', async () => {
    const pull = await record(OBSERVED_AT + DAY_MS);
    const asked = newer(OBSERVED_AT);
    await expect(asked).rejects.toThrow(WrongClockError);
    await expect(asked).rejects.toMatchObject({ recovery: 'fix-config' });
    await expect(asked).rejects.toThrow(pull);
    await expect(asked).rejects.toThrow('replay --exclude');
  });

  it('of the future that a replay has withdrawn is none', async () => {
    const pull = await record(OBSERVED_AT + DAY_MS);
    const replay = {
      outcome: 'replayed',
      withdrawn: [pull],
      first_day: '2026-11-20',
      last_day: '2026-11-21',
    };
    await record(OBSERVED_AT - 1, replay as never, aSlice({ scope: 'replay' }));
    expect(await newer(OBSERVED_AT)).toBeUndefined();
  });

  it('may be ahead by as much as clocks differ', async () => {
    await record(OBSERVED_AT + 60_000);
    expect(await newer(OBSERVED_AT)).toBeDefined();
  });
});
