import { beforeEach, describe, expect, it } from 'vitest';
import type { EpochMs } from '../../schemas/columns.ts';
import { recordInstant } from '../../schemas/pull-record.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { pullPath } from '../../src/ledger/pull-key.ts';
import { historySince, lastGoodPull, newerPull, openHistory } from '../../src/ledger/history.ts';
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
  return lastGoodPull(store, await openHistory(store, OBSERVED_AT), slice);
}

describe('the history of a slice', () => {
  const keys = async (of = slice) => (await openHistory(store, OBSERVED_AT)).keysOf(of);

  it('is its records, oldest first', async () => {
    const second = record(OBSERVED_AT - 1);
    const first = record(OBSERVED_AT - DAY_MS);
    const other = aSlice({ region: 'us-east-1' });
    const ofOther = record(OBSERVED_AT, {}, other);
    expect(await keys()).toEqual([first, second]);
    expect(await keys(other)).toEqual([ofOther]);
  });

  it('reaches back 31 days', async () => {
    record(OBSERVED_AT - 32 * DAY_MS);
    const recent = record(OBSERVED_AT - 31 * DAY_MS);
    expect(await keys()).toEqual([recent]);
  });

  it('reaches back to the beginning when there is nothing as young', async () => {
    const old = [400, 32].map((days) => record(OBSERVED_AT - days * DAY_MS));
    expect(await keys()).toEqual(old);
  });

  it('has no replays in it', async () => {
    record(OBSERVED_AT, { outcome: 'replayed' }, aSlice({ scope: 'replay' }));
    expect(await keys()).toEqual([]);
  });

  it('passes over objects that are no records', async () => {
    store.seed('pulls/pull_date=2026-11-23/notes.txt', 'x');
    store.seed('copy_job_summaries/x', 'x');
    expect(await keys()).toEqual([]);
  });
});

describe('the last good pull', () => {
  it('is the newest', async () => {
    record(OBSERVED_AT - DAY_MS, { accounts: 1 });
    const key = record(OBSERVED_AT - 1, { accounts: 8, pages: 4 });
    expect(await last()).toEqual({ key, observedAt: OBSERVED_AT - 1, accounts: 8, pages: 4 });
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
    const history = await openHistory(store, OBSERVED_AT);
    expect(await lastGoodPull(new MemoryStore(), history, slice)).toBeUndefined();
  });
});

describe('the last good pull of a slice that keeps failing', () => {
  const failed = (key: string | null) => ({ outcome: 'failed', last_good_pull: key });

  it('is found by the word of a failed one, however long ago it was', async () => {
    const good = record(OBSERVED_AT - 90 * DAY_MS);
    record(OBSERVED_AT - 3 * DAY_MS, failed(good));
    record(OBSERVED_AT - 2 * DAY_MS, failed(good));
    expect(await last()).toMatchObject({ key: good });
  });

  it('is found without reading every failure', async () => {
    const good = record(OBSERVED_AT - 30 * DAY_MS);
    for (let days = 29; days > 0; days--) record(OBSERVED_AT - days * DAY_MS, failed(good));
    expect(await last()).toMatchObject({ key: good });
    expect(store.gets.length).toBeLessThan(5);
  });

  it('is a good one that ran beside the failed one, whose word is older', async () => {
    const known = record(OBSERVED_AT - 3 * DAY_MS);
    const beside = record(OBSERVED_AT - DAY_MS - 60_000);
    record(OBSERVED_AT - DAY_MS, failed(known));
    expect(await last()).toMatchObject({ key: beside });
  });

  it('is none when there never was one', async () => {
    record(OBSERVED_AT - DAY_MS, failed(null));
    expect(await last()).toBeUndefined();
  });

  it('is none when the record it points to is gone', async () => {
    record(OBSERVED_AT - DAY_MS, failed('pulls/gone'));
    expect(await last()).toBeUndefined();
  });
});

describe('a newer pull', () => {
  const newer = async () => newerPull(store, await historySince(store, OBSERVED_AT), slice, OBSERVED_AT);

  it.each([
    ['a millisecond later', 1, true],
    ['a day later', DAY_MS, true],
    ['40 days later', 40 * DAY_MS, true],
    ['at the same instant', 0, false],
    ['a millisecond earlier', -1, false],
    ['a day earlier', -DAY_MS, false],
  ])('is one that began %s (%i ms): %s', async (_when, shift, expected) => {
    record(OBSERVED_AT + shift);
    expect((await newer()) !== undefined).toBe(expected);
  });

  it('is not one that only took the name of the next millisecond', async () => {
    record(OBSERVED_AT + 1, { observed_at: recordInstant(OBSERVED_AT) });
    expect(await newer()).toBeUndefined();
  });

  it('is not one that failed', async () => {
    record(OBSERVED_AT + 1, { outcome: 'failed' });
    expect(await newer()).toBeUndefined();
  });
});
