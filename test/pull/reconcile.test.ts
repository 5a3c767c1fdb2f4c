import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { expectedRows, openTrial, sliceOf, type Trial, withoutObservation } from '../fixtures/trial.ts';

/** AWS's own totals against the rows kept, through the real SDK. */

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

const OLDEST = '2026-11-09';
const YESTERDAY = '2026-11-22';

/** Jobs stored on a day. */
async function jobsOn(day: string): Promise<number> {
  const rows = (await trial.rows()).filter(({ start_date }) => start_date === day);
  return rows.reduce((sum, { job_count }) => sum + Number(job_count), 0);
}

/** The dimensions of the requests for sums so far, each with those summed over. */
function sumsAsked(): string[] {
  const names = (parameters: Readonly<Record<string, string>>) =>
    Object.keys(parameters).filter((name) => parameters[name] === 'AGGREGATE_ALL');
  return trial.simulator.requests.recent
    .map(({ parameters }) => names(parameters).toSorted().join())
    .filter((asked) => asked !== '');
}

/** One row of sums, as AWS would send it. */
function aTotal(fields: Readonly<Record<string, unknown>> = {}) {
  const start = Date.parse(YESTERDAY) / 1000;
  const all = 'AGGREGATE_ALL';
  return {
    Region: 'eu-west-1',
    AccountId: all,
    State: all,
    ResourceType: all,
    MessageCategory: all,
    Count: 1,
    StartTime: start,
    EndTime: start + 86_400,
    ...fields,
  };
}

describe('totals that match', () => {
  it('are said to, for one request more', async () => {
    const slice = sliceOf(await trial.pull());
    expect(slice).toMatchObject({ reconciled: 'matched', mismatches: [], totals_unavailable: null });
    expect(slice.requests).toBe(slice.pages + 1);
    expect(sumsAsked()).toEqual(['AccountId,MessageCategory,ResourceType,State']);
    expect(slice.warnings.join()).not.toContain('totals');
  });

  it.each(kindNames)('are had for %s jobs with the filters that kind has', async (kind) => {
    expect(sliceOf(await trial.pull({ kind }), 'eu-west-1', kind).reconciled).toBe('matched');
  });

  it('are had for filtered tables, one account and a longer period', async () => {
    const [account = ''] = trial.simulator.accounts;
    const results = [
      await trial.pull({ state: 'FAILED', table: 'copy_failures' }),
      await trial.pull({ account }),
      await trial.pull({ 'aggregation-period': 'SEVEN_DAYS', table: 'copy_weeks' }),
      await trial.pull({ 'resource-type': 'AGGREGATE_ALL', table: 'copy_sums' }),
    ];
    expect(results.map((result) => result.slices[0]?.reconciled)).toEqual(Array(4).fill('matched'));
  });

  it('are had although rows of other regions come too', async () => {
    trial.simulator.world.set({ foreignRegionRows: true });
    expect(sliceOf(await trial.pull())).toMatchObject({ reconciled: 'matched', restarts: 0 });
  });

  it('are not asked for with off', async () => {
    const slice = sliceOf(await trial.pull({ reconcile: 'off' }));
    expect(slice).toMatchObject({ reconciled: 'off', requests: slice.pages });
    expect(sumsAsked()).toEqual([]);
  });

  it('stand in the record', async () => {
    await trial.pull();
    expect((await trial.records())[0]).toMatchObject({ reconciled: 'matched', mismatches: [] });
  });
});

describe('a mismatch', () => {
  beforeEach(() => trial.simulator.setFaults([{ fault: 'miscount', of: 'sums', by: 3 }]));

  it('is reported with its day and both sums, in result, record and log', async () => {
    const result = await trial.pull();
    const slice = sliceOf(result);
    const kept = await jobsOn(OLDEST);
    expect(result.exit_code).toBe(0);
    expect(slice).toMatchObject({
      reconciled: 'mismatched',
      mismatches: [{ start_date: OLDEST, kept, total: kept + 3 }],
    });
    expect(slice.warnings.join()).toContain(`${OLDEST}: ${kept} in rows, ${kept + 3} in total`);
    expect((await trial.records())[0]).toMatchObject({
      reconciled: 'mismatched',
      mismatches: [{ start_date: OLDEST, kept, total: kept + 3 }],
    });
    expect(trial.events.filter(({ type }) => type === 'warning')).not.toEqual([]);
  });

  it('makes the slice be read once more, and no more than that', async () => {
    const slice = sliceOf(await trial.pull());
    expect(slice).toMatchObject({ restarts: 1, requests: 2 * (slice.pages + 1) });
  });

  it('that is gone on the second reading was none', async () => {
    trial.simulator.setFaults([{ fault: 'miscount', of: 'sums', times: 1 }]);
    expect(sliceOf(await trial.pull())).toMatchObject({
      reconciled: 'matched',
      mismatches: [],
      restarts: 1,
    });
  });

  it('of rows that a moving world shows differently is gone on the second reading', async () => {
    trial.simulator.setFaults([{ fault: 'miscount', of: 'rows', page: 1, times: 1 }]);
    const result = await trial.pull({ reconcile: 'require' });
    expect(result.exit_code).toBe(0);
    expect(withoutObservation(await trial.rows())).toEqual(
      expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' })),
    );
  });

  it('of a day that AWS has totals for and no rows is seen', async () => {
    trial.simulator.setFaults([
      { fault: 'raw', of: 'sums', items: [aTotal({ StartTime: Date.parse('2026-11-23') / 1000 })] },
    ]);
    expect(sliceOf(await trial.pull()).mismatches).toEqual([{ start_date: '2026-11-23', kept: 0, total: 1 }]);
  });

  it('is not made by tolerated rejects alone being absent: they are what is missing', async () => {
    trial.simulator.setFaults([{ fault: 'missing-field', field: 'Count', page: 1 }]);
    expect(sliceOf(await trial.pull({ 'max-rejects': '1' }))).toMatchObject({
      outcome: 'ok',
      rejected: 1,
      reconciled: 'mismatched',
    });
  });

  it('is forgiven by require on no day that is over: nothing is published, exit 65', async () => {
    const result = await trial.pull({ reconcile: 'require' });
    expect(result).toMatchObject({ outcome: 'failed', exit_code: 65 });
    expect(sliceOf(result)).toMatchObject({
      reconciled: 'mismatched',
      error: { name: 'TotalsMismatchError', recovery: 'fix-data' },
    });
    expect(await trial.rows()).toEqual([]);
    expect((await trial.records())[0]).toMatchObject({ outcome: 'failed', reconciled: 'mismatched' });
  });

  it('is forgiven by require today, whose counts still grow', async () => {
    trial.simulator.world.set({ showToday: true });
    const today = Date.parse('2026-11-23') / 1000;
    trial.simulator.setFaults([{ fault: 'raw', of: 'rows', page: 1, items: [aRowOf(today)] }]);
    const result = await trial.pull({ reconcile: 'require' });
    expect(result.exit_code).toBe(0);
    expect(sliceOf(result).mismatches.map(({ start_date }) => start_date)).toEqual(['2026-11-23']);
  });
});

function aRowOf(start: number) {
  return {
    Region: 'eu-west-1',
    AccountId: '111111111111',
    State: 'COMPLETED',
    ResourceType: 'EBS',
    MessageCategory: 'SUCCESS',
    Count: 1,
    StartTime: start,
    EndTime: start + 86_400,
  };
}

describe('on a mismatched day', () => {
  const DAY = '2026-11-20';
  const start = Date.parse(DAY) / 1000;
  const row = (count: number) => ({ ...aRowOf(start), Count: count });
  /** A day before it, so that it is not the oldest, and one after it. */
  const around = [aRowOf(start - 86_400), aRowOf(start + 86_400)];

  function answer(count: number, total: number): void {
    const totals = [row(total), ...around].map(({ StartTime, Count }) => aTotal({ StartTime, Count }));
    trial.simulator.setFaults([
      { fault: 'raw', of: 'rows', replace: true, items: [row(count), ...around] },
      { fault: 'raw', of: 'sums', replace: true, items: totals },
    ]);
    trial.simulator.clock.advance(60_000);
  }

  beforeEach(async () => {
    answer(9, 9);
    await trial.pull();
  });

  it('fewer finished jobs than are stored do not replace them', async () => {
    answer(4, 7);
    const slice = sliceOf(await trial.pull());
    expect(slice).toMatchObject({ reconciled: 'mismatched', protected: 1 });
    expect(await jobsOn(DAY)).toBe(9);
  });

  it('more finished jobs do', async () => {
    answer(12, 13);
    expect(sliceOf(await trial.pull())).toMatchObject({ reconciled: 'mismatched', protected: 0 });
    expect(await jobsOn(DAY)).toBe(12);
  });

  it('on a matched day fewer do as well', async () => {
    answer(4, 4);
    expect(sliceOf(await trial.pull())).toMatchObject({ reconciled: 'matched', protected: 0 });
    expect(await jobsOn(DAY)).toBe(4);
  });
});

describe('totals that cannot be had', () => {
  const refused = { fault: 'error', status: 400, code: 'InvalidParameterValueException' } as const;

  it.each([
    ['refused', refused, 'InvalidParameterValueException'],
    ['denied', { fault: 'access-denied' }, 'AccessDeniedException'],
    ['sent in another shape', { fault: 'missing-field', field: 'Count' }, 'Count: expected'],
    ['sent as single rows', { fault: 'raw', items: [aTotal({ State: 'FAILED' })], replace: true }, 'state'],
    ['empty', { fault: 'raw', items: [], replace: true }, 'no totals at all'],
    ['contradicting', { fault: 'conflict-within' }, 'two totals'],
    ['no JSON', { fault: 'html' }, 'not JSON'],
  ] as const)('%s: a result, with its reason, not a failure', async (_how, fault, reason) => {
    trial.simulator.setFaults([{ ...fault, of: 'sums' }]);
    for (const reconcile of ['warn', 'require']) {
      const result = await trial.pull({ reconcile, 'max-attempts': '2' });
      expect(result).toMatchObject({ outcome: 'ok', exit_code: 0 });
      expect(sliceOf(result)).toMatchObject({
        reconciled: 'unavailable',
        totals_unavailable: expect.stringContaining(reason),
        restarts: 0,
      });
      expect(sliceOf(result).warnings.join()).toContain(reason);
    }
    expect(withoutObservation(await trial.rows())).toEqual(
      expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' })),
    );
  });

  it('summed over accounts are asked for by account', async () => {
    trial.simulator.setFaults([{ ...refused, of: 'sums', times: 1 }]);
    expect(sliceOf(await trial.pull()).reconciled).toBe('matched');
    expect(sumsAsked()).toEqual([
      'AccountId,MessageCategory,ResourceType,State',
      'MessageCategory,ResourceType,State',
    ]);
  });

  it('because AWS is busy are not asked for in other words', async () => {
    trial.simulator.setFaults([{ fault: 'throttling', of: 'sums' }]);
    const slice = sliceOf(await trial.pull({ 'max-attempts': '3' }));
    expect(slice).toMatchObject({ reconciled: 'unavailable', requests: slice.pages + 3 });
  });

  it('because the run was stopped end it', async () => {
    trial.simulator.setFaults([{ fault: 'hang', of: 'sums' }]);
    const controller = new AbortController();
    const stop = () => controller.abort(new Error('stopped'));
    setTimeout(stop, 300);
    const result = await trial.pull({}, { signal: controller.signal });
    expect(sliceOf(result)).toMatchObject({ outcome: 'failed', reconciled: 'off' });
    expect(await trial.rows()).toEqual([]);
  });
});

it('a dry run asks for totals too', async () => {
  expect(sliceOf(await trial.pull({ 'dry-run': true })).reconciled).toBe('matched');
});
