import { beforeEach, describe, expect, it } from 'vitest';
import type { SliceResult } from '../../schemas/pull-result.ts';
import { addDays, DAY_MS, startOfDay, utcDay } from '../../src/domain/day.ts';
import { RequestError } from '../../src/errors.ts';
import { aSlice, aSource, aSummary, onlySlice, type PullFields, pullOnce } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';
import { recordsIn } from '../fixtures/records.ts';

/** Slices read late, and AWS brought up to date late. AWS shows 14 days and then forgets. */

const FIRST_RUN = Date.UTC(2026, 10, 23, 3, 30);

let store: MemoryStore;
let now: number;
beforeEach(() => {
  store = new MemoryStore();
  now = FIRST_RUN;
});

/** A row of each day and account that AWS shows at an instant. */
function shownAt(instant: number, { days = 14, accounts = 1 } = {}) {
  const today = utcDay(instant);
  return Array.from({ length: days }, (_none, index) => addDays(today, index - days)).flatMap((day) =>
    Array.from({ length: accounts }, (_none, account) =>
      aSummary({ day, AccountId: String(111_111_111_111 + account) }),
    ),
  );
}

async function pullAfter(days: number, fields: PullFields = {}, summaries = shownAt(now + days * DAY_MS)) {
  now += days * DAY_MS;
  return onlySlice(await pullOnce(summaries, { store, now, ...fields }));
}

describe('a slice that was last read', () => {
  it('never, has no gap', async () => {
    expect(await pullAfter(0)).toMatchObject({ gap: null, last_good_pull: null, warnings: [] });
  });

  it.each([1, 9, 10])('%i days ago is in time', async (days) => {
    await pullAfter(0);
    expect(await pullAfter(days)).toMatchObject({ gap: null, warnings: [] });
  });

  it.each([11, 14])('%i days ago is late: a warning', async (days) => {
    await pullAfter(0);
    const { gap, warnings } = await pullAfter(days);
    expect(gap).toBeNull();
    expect(warnings).toEqual([`the last good pull was ${days} days ago; AWS forgets after 14`]);
  });

  it('15 days ago has lost the day of that pull, which was not over', async () => {
    await pullAfter(0);
    const { gap, warnings } = await pullAfter(15);
    expect(gap).toEqual({ from: '2026-11-23', to: '2026-11-23' });
    expect(warnings).toEqual([
      'the last good pull was 15 days ago and AWS forgets after 14: start dates 2026-11-23 to 2026-11-23 are lost',
    ]);
  });

  it('100 days ago has lost 86, which the record says for ever', async () => {
    await pullAfter(0);
    const slice = await pullAfter(100);
    expect(slice.gap).toEqual({ from: '2026-11-23', to: '2027-02-16' });
    expect(recordsIn(store).map(({ gap }) => gap)).toEqual([null, slice.gap]);
    expect(slice.last_good_pull).toBe('20261123T033000000Z-copy-ONE_DAY-eu-west-1-any');
  });

  it('by a pull that failed was not read', async () => {
    await pullAfter(0);
    const denied = new RequestError('fix-config', 'AccessDenied');
    const source = { ...aSource([]), fetchPage: () => Promise.reject(denied) };
    expect((await pullAfter(14, { source })).outcome).toBe('failed');
    expect((await pullAfter(2)).gap).toEqual({ from: '2026-11-23', to: '2026-11-24' });
  });

  it('at the same time as another was not read because of that', async () => {
    await pullAfter(0, { slice: aSlice({ region: 'us-east-1' }) });
    expect(await pullAfter(20)).toMatchObject({ gap: null, last_good_pull: null });
  });

  it('late by its period of seven days has no days to lose', async () => {
    const slice = aSlice({ aggregationPeriod: 'SEVEN_DAYS', table: 'copy_weeks' });
    await pullAfter(0, { slice });
    expect(await pullAfter(40, { slice })).toMatchObject({ outcome: 'ok', gap: null, warnings: [] });
  });

  it('late by fewer days where AWS shows more than it promises', async () => {
    await pullAfter(0);
    expect((await pullAfter(15, {}, shownAt(now + 15 * DAY_MS, { days: 15 }))).gap).toBeNull();
  });
});

describe('a newest day', () => {
  it('of yesterday is what is expected', async () => {
    expect(await pullAfter(0)).toMatchObject({ last_day: '2026-11-22', warnings: [] });
  });

  it('older than that is said: AWS has not refreshed', async () => {
    const atHalfPastOne = startOfDay('2026-11-24') + 1.5 * 3_600_000;
    const slice = await pullAfter(0, { now: atHalfPastOne });
    expect(slice.last_day).toBe('2026-11-22');
    expect(slice.warnings).toEqual([
      'the newest day returned is 2026-11-22, not yesterday (2026-11-23): AWS refreshes at about 02:30 UTC, so pull after 03:00',
    ]);
  });
});

describe('fewer accounts than last time', () => {
  async function pullOf(accounts: number): Promise<SliceResult> {
    return pullAfter(1, {}, shownAt(now + DAY_MS, { accounts }));
  }

  it('under 80 % are a warning, in the record too', async () => {
    await pullOf(10);
    const { outcome, warnings } = await pullOf(7);
    expect(outcome).toBe('ok');
    expect(warnings).toEqual(['only 7 accounts came; the last pull saw 10']);
    expect(recordsIn(store).at(-1)?.warnings).toEqual(warnings);
  });

  it('but not under 80 % are none', async () => {
    await pullOf(10);
    expect((await pullOf(8)).warnings).toEqual([]);
  });
});
