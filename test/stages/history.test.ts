import { beforeEach, describe, expect, it } from 'vitest';
import type { EpochMs } from '../../schemas/columns.ts';
import { recordInstant } from '../../schemas/pull-record.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { pullPath } from '../../src/domain/pull-key.ts';
import { lastGoodPull, listHistory, newerPull, recentHistory } from '../../src/stages/history.ts';
import { aSlice, OBSERVED_AT } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

const slice = aSlice();

/** Leaves the record of a good pull, changed as said, and returns its key. */
function record(observedAt: EpochMs, fields: Readonly<Record<string, unknown>> = {}, of = slice): string {
  const key = pullPath(of, observedAt);
  const content = {
    outcome: 'ok',
    table: of.table,
    observed_at: recordInstant(observedAt),
    accounts: 3,
    pages: 2,
    ...fields,
  };
  store.seed(key, JSON.stringify(content));
  return key;
}

async function last() {
  return lastGoodPull(store, await recentHistory(store, OBSERVED_AT), slice);
}

describe('the history', () => {
  it('lists the records of each slice, oldest first', async () => {
    const second = record(OBSERVED_AT - 1);
    const first = record(OBSERVED_AT - DAY_MS);
    const other = record(OBSERVED_AT, {}, aSlice({ region: 'us-east-1' }));
    expect(await recentHistory(store, OBSERVED_AT)).toEqual(
      new Map([
        ['copy-ONE_DAY-eu-west-1-any', [first, second]],
        ['copy-ONE_DAY-us-east-1-any', [other]],
      ]),
    );
  });

  it('begins on the day it is told to', async () => {
    record(Date.UTC(2026, 10, 20, 23, 59, 59, 999));
    const onTheDay = record(Date.UTC(2026, 10, 21));
    expect([...(await listHistory(store, '2026-11-21')).values()]).toEqual([[onTheDay]]);
  });

  it('reaches back 31 days', async () => {
    record(OBSERVED_AT - 32 * DAY_MS);
    expect(await last()).toBeUndefined();
    record(OBSERVED_AT - 31 * DAY_MS);
    expect(await last()).toBeDefined();
  });

  it('passes over objects that are no records', async () => {
    store.seed('pulls/pull_date=2026-11-23/notes.txt', 'x');
    store.seed('copy_job_summaries/x', 'x');
    expect((await recentHistory(store, OBSERVED_AT)).size).toBe(0);
  });
});

describe('the last good pull', () => {
  it('is the newest', async () => {
    record(OBSERVED_AT - DAY_MS, { accounts: 1 });
    record(OBSERVED_AT - 1, { accounts: 8, pages: 4 });
    expect(await last()).toEqual({ observedAt: OBSERVED_AT - 1, accounts: 8, pages: 4 });
  });

  it.each([
    ['failed', { outcome: 'failed' }],
    ['was superseded', { outcome: 'superseded' }],
    ['went into another table', { table: 'copy_failures' }],
    ['has no instant', { observed_at: null }],
    ['has an odd instant', { observed_at: 'yesterday' }],
  ])('is not one that %s', async (_what, fields) => {
    record(OBSERVED_AT - DAY_MS);
    record(OBSERVED_AT - 1, fields);
    expect(await last()).toMatchObject({ observedAt: OBSERVED_AT - DAY_MS });
  });

  it.each(['', '{', 'null', '[]', '7'])('is not one whose record reads %j', async (text) => {
    record(OBSERVED_AT - DAY_MS);
    store.seed(record(OBSERVED_AT - 1), text);
    expect(await last()).toMatchObject({ observedAt: OBSERVED_AT - DAY_MS });
  });

  it('is not one of another slice', async () => {
    record(OBSERVED_AT - 1, {}, aSlice({ scope: '111111111111' }));
    expect(await last()).toBeUndefined();
  });

  it('is found although its record has vanished since it was listed', async () => {
    record(OBSERVED_AT - DAY_MS);
    const history = await recentHistory(store, OBSERVED_AT);
    expect(await lastGoodPull(new MemoryStore(), history, slice)).toBeUndefined();
  });
});

describe('a newer pull', () => {
  it.each([
    ['a millisecond later', 1, true],
    ['a day later', DAY_MS, true],
    ['40 days later', 40 * DAY_MS, true],
    ['at the same instant', 0, false],
    ['a millisecond earlier', -1, false],
    ['a day earlier', -DAY_MS, false],
  ])('is one that began %s (%i ms): %s', async (_when, shift, expected) => {
    record(OBSERVED_AT + shift);
    expect((await newerPull(store, slice, OBSERVED_AT)) !== undefined).toBe(expected);
  });

  it('is not one that only took the name of the next millisecond', async () => {
    record(OBSERVED_AT + 1, { observed_at: recordInstant(OBSERVED_AT) });
    expect(await newerPull(store, slice, OBSERVED_AT)).toBeUndefined();
  });

  it('is not one that failed', async () => {
    record(OBSERVED_AT + 1, { outcome: 'failed' });
    expect(await newerPull(store, slice, OBSERVED_AT)).toBeUndefined();
  });
});
