import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PullResult } from '../../schemas/pull-result.ts';
import type { SummaryItem } from '../../src/simulator/index.ts';
import { openTrial, type ReadRow, RUN_TIME, sliceOf, type Trial } from '../fixtures/trial.ts';

/** What a pull does to what is stored, clause by clause, with answers written by hand. */

const DAY = 86_400;
const TODAY = Math.floor(RUN_TIME / 1000 / DAY) * DAY;

/** A row of `daysAgo`; by default one completed job of account 1. */
function jobs(daysAgo: number, change: Partial<SummaryItem> = {}): SummaryItem {
  const StartTime = TODAY - daysAgo * DAY;
  return {
    Region: 'eu-west-1',
    AccountId: '111111111111',
    ResourceType: 'EBS',
    State: 'COMPLETED',
    MessageCategory: 'SUCCESS',
    Count: 1,
    StartTime,
    EndTime: StartTime + DAY,
    ...change,
  };
}

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

/** Pulls a minute later with this answer, which AWS's own totals have no say in. */
async function pull(...answer: SummaryItem[]): Promise<PullResult> {
  trial.simulator.clock.advance(60_000);
  trial.simulator.setFaults([{ fault: 'raw', items: answer, replace: true }]);
  return trial.pull({ reconcile: 'off' });
}

async function stored(): Promise<string[]> {
  const brief = ({ start_date, account_id, state, job_count }: ReadRow) =>
    `${start_date} ${String(account_id).slice(0, 1)} ${state} ${job_count}`;
  return (await trial.rows()).map(brief).toSorted();
}

it('a RUNNING row that completed is gone', async () => {
  await pull(jobs(3), jobs(1, { State: 'RUNNING', Count: 2 }));
  await pull(jobs(3), jobs(1, { Count: 2 }));
  expect(await stored()).toEqual(['2026-11-20 1 COMPLETED 1', '2026-11-22 1 COMPLETED 2']);
});

it('silence removes unfinished rows and no finished ones', async () => {
  await pull(jobs(3), jobs(2, { Count: 5 }), jobs(2, { State: 'RUNNING' }), jobs(1));
  const slice = sliceOf(await pull(jobs(3), jobs(1)));
  expect(await stored()).toEqual([
    '2026-11-20 1 COMPLETED 1',
    '2026-11-21 1 COMPLETED 5',
    '2026-11-22 1 COMPLETED 1',
  ]);
  expect(slice.protected).toBe(1);
  expect(slice.warnings.join()).toContain('came with fewer jobs than are stored');
});

it('only zero counts are silence', async () => {
  await pull(jobs(3), jobs(2, { Count: 5 }), jobs(2, { State: 'RUNNING' }), jobs(1));
  await pull(jobs(3), jobs(2, { Count: 0 }), jobs(2, { State: 'RUNNING', Count: 0 }), jobs(1));
  expect(await stored()).toContain('2026-11-21 1 COMPLETED 5');
  expect((await stored()).join()).not.toContain('RUNNING');
});

it('the oldest day never loses finished jobs', async () => {
  await pull(jobs(3, { Count: 9 }), jobs(1));
  const slice = sliceOf(await pull(jobs(3, { Count: 4 }), jobs(1)));
  expect(await stored()).toEqual(['2026-11-20 1 COMPLETED 9', '2026-11-22 1 COMPLETED 1']);
  expect(slice.protected).toBe(1);
});

it('the oldest day takes more jobs, and every other day fewer', async () => {
  await pull(jobs(3, { Count: 4 }), jobs(2, { Count: 9 }), jobs(1));
  await pull(jobs(3, { Count: 5 }), jobs(2, { Count: 8 }), jobs(1));
  expect(await stored()).toEqual([
    '2026-11-20 1 COMPLETED 5',
    '2026-11-21 1 COMPLETED 8',
    '2026-11-22 1 COMPLETED 1',
  ]);
});

it('a departed account keeps everything, its unfinished rows too', async () => {
  const other = { AccountId: '222222222222' };
  await pull(jobs(3), jobs(2, other), jobs(2, { ...other, State: 'RUNNING' }), jobs(1));
  await pull(jobs(3), jobs(1, { Count: 2 }));
  expect(await stored()).toEqual([
    '2026-11-20 1 COMPLETED 1',
    '2026-11-21 2 COMPLETED 1',
    '2026-11-21 2 RUNNING 1',
    '2026-11-22 1 COMPLETED 2',
  ]);
});

it('days that left the window stay for ever', async () => {
  await pull(jobs(14), jobs(13), jobs(1));
  trial.simulator.clock.advance(10 * DAY * 1000);
  await pull(jobs(-5));
  expect((await stored()).slice(0, 2)).toEqual(['2026-11-09 1 COMPLETED 1', '2026-11-10 1 COMPLETED 1']);
});

it('a pull without a single row changes nothing', async () => {
  await pull(jobs(2), jobs(1, { State: 'RUNNING' }));
  const before = await trial.rows();
  const result = await pull();
  expect(result.exit_code).toBe(0);
  expect(sliceOf(result)).toMatchObject({ accounts: 0, first_day: null, last_day: null });
  expect(await trial.rows()).toEqual(before);
});

it('a day that becomes empty goes, and the others stay', async () => {
  await pull(jobs(3), jobs(2, { State: 'RUNNING' }), jobs(1));
  await pull(jobs(3), jobs(1));
  const key = 'copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11/eu-west-1.parquet';
  expect((await trial.objects()).has(key)).toBe(true);
  expect(await stored()).toEqual(['2026-11-20 1 COMPLETED 1', '2026-11-22 1 COMPLETED 1']);
});

it('a day on which rejects were tolerated never loses finished jobs', async () => {
  await pull(jobs(3), jobs(2, { Count: 9 }), jobs(1));
  trial.simulator.clock.advance(60_000);
  const answer = [jobs(3), jobs(2, { Count: 4 }), jobs(1), jobs(1, { Count: -1 })];
  trial.simulator.setFaults([{ fault: 'raw', items: answer, replace: true }]);
  await trial.pull({ 'max-rejects': '1' });
  expect(await stored()).toContain('2026-11-21 1 COMPLETED 9');
});

it('observed_at stays where nothing changed, account by account', async () => {
  const other = { AccountId: '222222222222' };
  await pull(jobs(3), jobs(1), jobs(1, other));
  const first = trial.simulator.clock.now();
  await pull(jobs(3), jobs(1), jobs(1, { ...other, Count: 7 }));
  const second = trial.simulator.clock.now();
  const observed = (await trial.rows()).map((row) => [
    row['start_date'],
    row['account_id'],
    row['observed_at'],
  ]);
  expect(observed).toEqual(
    expect.arrayContaining([
      ['2026-11-22', '111111111111', first],
      ['2026-11-22', '222222222222', second],
    ]),
  );
});
