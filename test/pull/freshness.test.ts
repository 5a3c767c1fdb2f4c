import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SliceResult } from '../../schemas/pull-result.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { openTrial, sliceOf, type Trial } from '../fixtures/trial.ts';

/** Slices read late, and AWS brought up to date late. AWS shows 14 days and then forgets. */

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

async function pullAfter(days: number, flags = {}) {
  trial.simulator.clock.advance(days * DAY_MS);
  const [slice] = (await trial.pull(flags)).slices;
  if (!slice) throw new Error('no slice');
  return withoutOddValues(slice);
}

/** The simulated world has values nobody knows yet, which are said each time. */
function withoutOddValues(slice: SliceResult): SliceResult {
  return { ...slice, warnings: slice.warnings.filter((warning) => !warning.includes('does not know')) };
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
    const records = await trial.records();
    expect(records.map(({ gap }) => gap)).toEqual([null, slice.gap]);
    expect(slice.last_good_pull).toBe('20261123T033000000Z-copy-ONE_DAY-eu-west-1-any');
  });

  it('by a pull that failed was not read', async () => {
    await pullAfter(0);
    trial.simulator.setFaults([{ fault: 'access-denied' }]);
    expect((await pullAfter(14)).outcome).toBe('failed');
    trial.simulator.setFaults([]);
    expect((await pullAfter(2)).gap).toEqual({ from: '2026-11-23', to: '2026-11-24' });
  });

  it('at the same time as another was not read because of that', async () => {
    await pullAfter(0, { region: 'us-east-1' });
    expect(await pullAfter(20)).toMatchObject({ gap: null });
  });

  it('late by its period of seven days has no days to lose', async () => {
    const weeks = { 'aggregation-period': 'SEVEN_DAYS', table: 'copy_weeks' };
    await pullAfter(0, weeks);
    expect(await pullAfter(40, weeks)).toMatchObject({ gap: null });
  });

  it('late by fewer days where AWS shows more than it promises', async () => {
    trial.simulator.world.set({ window: 15 });
    await pullAfter(0);
    expect((await pullAfter(15)).gap).toBeNull();
  });
});

describe('a newest day', () => {
  it('of yesterday is what is expected', async () => {
    expect(await pullAfter(0)).toMatchObject({ last_day: '2026-11-22', warnings: [] });
  });

  it('older than that is said: AWS has not refreshed', async () => {
    trial.simulator.clock.advance(-2 * 3_600_000);
    const clock = { now: () => trial.simulator.clock.now() + DAY_MS };
    const slice = withoutOddValues(sliceOf(await trial.pull({}, { clock })));
    expect(slice.last_day).toBe('2026-11-22');
    expect(slice.warnings).toEqual([
      'the newest day returned is 2026-11-22, not yesterday (2026-11-23): AWS refreshes at about 02:30 UTC, so pull after 03:00',
    ]);
  });
});

describe('fewer accounts than last time', () => {
  it('under 80 % are a warning, in the record too', async () => {
    await pullAfter(0);
    const gone = trial.simulator.accounts.slice(0, Math.ceil(trial.simulator.accounts.length / 2));
    const absences = gone.map((account) => ({ account, from: 0, why: 'hidden' as const }));
    trial.simulator.world.set({ absences });
    const slice = await pullAfter(1);
    expect(slice.warnings.join()).toMatch(/^only \d+ accounts came; the last pull saw \d+$/);
    expect((await trial.records()).at(-1)?.warnings).toEqual(expect.arrayContaining(slice.warnings));
  });
});
