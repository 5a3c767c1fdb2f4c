import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CheckResult } from '../../schemas/check-result.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { aSummary } from '../fixtures/builders.ts';
import { runCliHere } from '../fixtures/cli.ts';
import { jobs, openStory, type Story, type StoryTrial, told } from './story.ts';

/** What a check finds in ledgers whose truth is known, through the command line and the embedded engine. */

const GOOD = '111111111111';
const BAD = '222222222222';
const LAST = '2026-11-22';

let story: StoryTrial;
beforeEach(async () => {
  story = await openStory();
});
afterEach(() => story.trial.close());

const isFrom = (day: string, first: string) => day >= first;
/** Ten good jobs a day. */
const steady: Story = (day) => jobs(day, GOOD, { completed: 10 });

it('finds nothing where nothing is wrong, and says how jobs ended', async () => {
  await story.pullTo(LAST, steady);
  const { code, stdout, stderr } = await runCliHere([...story.args(), '--min-success', '100']);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout:
      'copy: 100.0 % completed on 2026-11-22 (10 of 10), 100.0 % in the 7 days to it (70 of 70), ' +
      '100.0 % in the week before (70 of 70)\nnothing found\n',
    stderr: '',
  });
});

describe('a success rate', () => {
  /** The bad account: 9 of 10 up to the 15th, then 7 of 10, and on the last day 4 of 10. */
  const worse: Story = (day) => [
    ...steady(day),
    ...jobs(
      day,
      BAD,
      day === LAST
        ? { completed: 4, failed: 6 }
        : isFrom(day, '2026-11-16')
          ? { completed: 7, failed: 3 }
          : { completed: 9, failed: 1 },
    ),
  ];
  beforeEach(() => story.pullTo(LAST, worse));

  it('that fell by known points is told with both weeks', async () => {
    const result = await story.check();
    // 46 of 70 against 63 of 70.
    expect(result.findings).toEqual([
      expect.objectContaining({
        code: 'success-fell',
        place: `copy of ${BAD}`,
        kind: 'copy',
        account: BAD,
        day: LAST,
        value: expect.closeTo((100 * 46) / 70, 9),
        compared_with: 90,
        message:
          '65.7 % completed in the 7 days to 2026-11-22 (46 of 70), 90.0 % in the week before (63 of 70): ' +
          '24.3 points less; at most 10 allowed',
      }),
    ]);
    expect(result).toMatchObject({ outcome: 'findings', exit_code: 1, sns: null, error: null });
  });

  it('may fall by just so much', async () => {
    expect(told(await story.check('--max-fall', '25'))).toEqual([]);
    expect((await story.check('--max-fall', '24')).findings).toHaveLength(1);
  });

  it('that is too low on the newest day or in a week is told, the lowest first', async () => {
    const { findings } = await story.check('--min-success', '95', '--max-fall', '100');
    expect(
      findings.map(({ code, account, value, compared_with: least }) => [code, account, value, least]),
    ).toEqual([['success-low', BAD, 40, 95]]);
    expect(findings[0]?.message).toBe(
      '40.0 % completed on 2026-11-22 (4 of 10), 65.7 % in the 7 days to it (46 of 70); at least 95 % expected',
    );
  });

  it.each([
    ['40', []],
    ['0.4', []],
    ['40.1 %', ['success-low copy of 222222222222: 40 against 40.1']],
    ['0.401', ['success-low copy of 222222222222: 40 against 40.1']],
  ])('is enough when it is just so: --min-success %s', async (least, found) => {
    expect(told(await story.check('--min-success', least, '--max-fall', '100'))).toEqual(found);
  });

  it('is of every account and kind, the whole fleet told beside it', async () => {
    const { kinds } = await story.check();
    expect(kinds).toEqual([
      expect.objectContaining({
        kind: 'copy',
        first_day: '2026-11-09',
        last_day: LAST,
        on_last_day: { completed: 14, finished: 20 },
        week: { completed: 116, finished: 140 },
        week_before: { completed: 133, finished: 140 },
      }),
    ]);
  });
});

it('a week is compared with the one before it, not with those before that', async () => {
  await story.pullTo(
    LAST,
    (day) =>
      jobs(day, BAD, {
        completed: day < '2026-11-09' ? 100 : day < '2026-11-16' ? 80 : 75,
        failed: day < '2026-11-09' ? 0 : 20,
      }),
    { first: '2026-10-12' },
  );
  const result = await story.check();
  expect(told(result)).toEqual([]);
  expect(result.kinds[0]).toMatchObject({
    week: { completed: 525, finished: 665 },
    week_before: { completed: 560, finished: 700 },
  });
});

describe('an account', () => {
  it('that falls silent on a known day is told from so many days on', async () => {
    await story.pullTo(LAST, (day) => [
      ...steady(day),
      ...(isFrom(day, '2026-11-16') ? [] : jobs(day, BAD, { completed: 3 })),
    ]);
    expect(told(await story.check())).toEqual([`account-silent ${BAD}: 7 against 7`]);
    const { findings } = await story.check('--max-silent-days', '7');
    expect(findings[0]).toMatchObject({
      kind: null,
      day: '2026-11-15',
      message:
        'no job completed since 2026-11-15, for 7 days (7 are too many); no job ended at all since then',
    });
    expect(told(await story.check('--max-silent-days', '8'))).toEqual([]);
  });

  it('whose jobs all fail is as silent as one without jobs, and the longest silence comes first', async () => {
    const mute = '333333333333';
    const failing: Story = (day) => [
      ...steady(day),
      ...jobs(day, BAD, isFrom(day, '2026-10-25') ? { failed: 2 } : { completed: 2 }),
      ...(isFrom(day, '2026-11-12') ? [] : jobs(day, mute, { completed: 1 })),
    ];
    await story.pullTo(LAST, failing, { first: '2026-10-12' });
    const { findings } = await story.check();
    expect(told({ findings })).toEqual([
      `account-silent ${BAD}: 29 against 7`,
      `account-silent ${mute}: 11 against 7`,
    ]);
    expect(findings[0]?.message).toBe(
      'no job completed since 2026-10-24, for 29 days (7 are too many); jobs fail, the last on 2026-11-22',
    );
  });

  it('of which no job ever completed is counted from its first one', async () => {
    await story.pullTo(LAST, (day) => [
      ...steady(day),
      ...(isFrom(day, '2026-11-14') ? jobs(day, BAD, { failed: 1 }) : []),
    ]);
    expect((await story.check()).findings).toEqual([
      expect.objectContaining({
        code: 'account-silent',
        account: BAD,
        day: null,
        value: 9,
        message:
          'no job completed since the first known one, on 2026-11-14, for 9 days (7 are too many); jobs fail, the last on 2026-11-22',
      }),
    ]);
  });

  it('is never silent because nobody pulled', async () => {
    await story.pullTo(LAST, steady);
    story.trial.simulator.clock.advance(12 * DAY_MS);
    expect(told(await story.check())).toEqual(['ledger-stale the ledger: 288 against 36']);
  });

  it('is silent to the last day its own region is known, not to that of others', async () => {
    await story.pullTo('2026-11-15', (day) => jobs(day, BAD, { completed: 1 }, { Region: 'us-east-1' }), {
      region: 'us-east-1',
    });
    await story.pullTo(LAST, steady);
    expect(told(await story.check())).toEqual(['days-incomplete copy in us-east-1: 7 against 0']);
  });

  it('that left is taken for gone with --since, and where others are expected', async () => {
    await story.pullTo(
      LAST,
      (day) => [...steady(day), ...(isFrom(day, '2026-10-12') ? [] : jobs(day, BAD, { completed: 1 }))],
      {
        first: '2026-10-01',
      },
    );
    const { findings } = await story.check();
    expect(told({ findings })).toEqual([`account-silent ${BAD}: 42 against 7`]);
    expect(findings[0]?.message).toContain('if they were given up, say so with --since or --expect-accounts');
    expect(told(await story.check('--since', '2026-10-12'))).toEqual([]);
    expect(told(await story.check('--expect-accounts', GOOD))).toEqual([]);
    expect(
      told(await story.check('--since', '2026-10-12', '--expect-accounts', `${GOOD},${BAD}`)),
    ).toHaveLength(1);
  });

  it('that had no job for 400 days is missed by those who expect it', async () => {
    await story.pullTo('2025-10-19', (day) => jobs(day, BAD, { completed: 1 }));
    await story.pullTo(LAST, steady);
    const silent = async (...flags: readonly string[]) =>
      told(await story.check(...flags)).filter((finding) => finding.startsWith('account'));
    expect(await silent()).toEqual([`account-silent ${BAD}: 399 against 7`]);
    story.trial.simulator.clock.advance(DAY_MS);
    expect(await silent()).toEqual([]);
    expect(await silent('--since', '2025-10-01')).toEqual([`account-silent ${BAD}: 399 against 7`]);
    expect(await silent('--expect-accounts', `${GOOD},${BAD}`)).toEqual([
      `account-silent ${BAD}: 399 against 7`,
    ]);
  });

  it('that has rows, but no job, was never seen', async () => {
    const none = { Count: 0, day: LAST, AccountId: BAD };
    await story.pullTo(LAST, (day) => [...steady(day), ...(day === LAST ? [aSummary(none)] : [])]);
    expect(told(await story.check('--expect-accounts', BAD))).toEqual([
      `account-never-seen ${BAD}: null against null`,
    ]);
  });

  it('that is expected and was never seen is told', async () => {
    await story.pullTo(LAST, steady);
    const absent = ['444444444444', '333333333333'];
    expect(told(await story.check('--expect-accounts', [GOOD, ...absent].join()))).toEqual([
      'account-never-seen 333333333333: null against null',
      'account-never-seen 444444444444: null against null',
    ]);
  });
});

describe('a kind', () => {
  /** Copies every day, restores as told. */
  async function judged(restores: Story): Promise<CheckResult> {
    await story.pullTo(LAST, restores, { kind: 'restore', first: '2026-10-12' });
    await story.pullTo(LAST, steady, { first: '2026-10-12' });
    return story.check('--max-fall', '100');
  }
  const restore = (day: string, counts: Parameters<typeof jobs>[2]) =>
    jobs(day, GOOD, counts, { MessageCategory: undefined });

  it('that is used now and then is not missed', async () => {
    expect(told(await judged((day) => (day === '2026-11-01' ? restore(day, { completed: 1 }) : [])))).toEqual(
      [],
    );
  });

  it('that completes every ten days is not missed after fifteen, though it failed in between', async () => {
    const good = ['2026-10-18', '2026-10-28', '2026-11-07'];
    const bad = ['2026-10-19', '2026-10-20', '2026-10-29', '2026-10-30'];
    const result = await judged((day) => [
      ...restore(day, good.includes(day) ? { completed: 1 } : {}),
      ...restore(day, bad.includes(day) ? { failed: 1 } : {}),
    ]);
    expect(told(result)).toEqual([]);
  });

  it('that still runs does not fail', async () => {
    const running = { State: 'RUNNING', MessageCategory: undefined };
    const result = await judged((day) => [
      ...restore(day, day === '2026-11-01' ? { completed: 1 } : {}),
      ...(day === '2026-11-20' ? jobs(day, GOOD, { completed: 1 }, running) : []),
    ]);
    expect(told(result)).toEqual([]);
  });

  it('that was used every day is, though other kinds go on', async () => {
    const result = await judged((day) => (isFrom(day, '2026-11-15') ? [] : restore(day, { completed: 1 })));
    expect(told(result)).toEqual([`account-silent restore of ${GOOD}: 8 against 7`]);
    expect(result.findings[0]?.message).toContain('no restore job completed since 2026-11-14, for 8 days');
  });

  it('that is tried and fails is, however seldom it is used', async () => {
    const result = await judged((day) =>
      restore(day, day === '2026-11-01' ? { completed: 1 } : day === '2026-11-20' ? { failed: 1 } : {}),
    );
    expect(told(result)).toEqual([`account-silent restore of ${GOOD}: 21 against 7`]);
  });
});

describe('a reason', () => {
  const failing = (day: string, account: string, reason: string) =>
    jobs(day, account, { failed: 2 }, { State: 'FAILED', MessageCategory: reason });

  it('is new when no day before the newest week has it, however AWS spells it', async () => {
    await story.pullTo(LAST, (day) => [
      ...steady(day),
      ...failing(day, GOOD, isFrom(day, '2026-11-16') ? 'ACCESS_DENIED' : 'AccessDenied'),
      // The day before the newest week is no part of it.
      ...(day === '2026-11-15' ? failing(day, GOOD, 'KmsKeyError') : []),
      ...(isFrom(day, '2026-11-20')
        ? [...failing(day, GOOD, 'LimitExceeded'), ...failing(day, BAD, 'LimitExceeded')]
        : []),
    ]);
    const { findings } = await story.check('--max-fall', '100');
    expect(findings.map(({ code, place, kind, day, value }) => ({ code, place, kind, day, value }))).toEqual([
      { code: 'reason-new', place: 'copy', kind: 'copy', day: '2026-11-20', value: 12 },
    ]);
    expect(findings[0]?.message).toBe(
      'LIMITEXCEEDED: 12 jobs in 2 accounts since 2026-11-20, none from 2026-11-09 to 2026-11-15',
    );
  });

  it('that was there four weeks ago is not new', async () => {
    await story.pullTo(
      LAST,
      (day) => [
        ...steady(day),
        ...(['2026-10-26', '2026-11-20'].includes(day) ? failing(day, GOOD, 'LimitExceeded') : []),
      ],
      { first: '2026-10-12' },
    );
    expect(told(await story.check('--max-fall', '100'))).toEqual([]);
    expect(told(await story.check('--max-fall', '100', '--since', '2026-10-27'))).toEqual([
      'reason-new copy: 2 against 0',
    ]);
  });
});

describe('a ledger', () => {
  it('that is young is judged by what it knows, and says what it cannot judge', async () => {
    const first = '2026-11-13';
    await story.pullTo(
      LAST,
      (day) => [
        ...jobs(day, GOOD, isFrom(day, '2026-11-20') ? { completed: 5, failed: 5 } : { completed: 10 }),
      ],
      { first },
    );
    const result = await story.check('--min-success', '90');
    // AWS's 14 days were all looked at by the first pull: those before the first jobs are known to have none.
    expect(result.kinds[0]).toMatchObject({
      first_day: '2026-11-09',
      week_before: { completed: 30, finished: 30 },
    });
  });

  it('without a folder is told as by every command', async () => {
    const { code, stderr } = await runCliHere(['check', '--ledger', '/nonexistent/ledger']);
    expect(code).toBe(64);
    expect(stderr).toContain('pull first');
  });

  it('in which no pull was good is empty', async () => {
    story.trial.simulator.setFaults([{ fault: 'access-denied' }]);
    await story.trial.pull();
    const result = await story.check();
    expect(told(result)).toEqual(['ledger-empty the ledger: null against null']);
    expect(result.findings[0]?.message).toContain('run backup-ledger pull');
    expect(result).toMatchObject({ outcome: 'findings', exit_code: 1, kinds: [] });
  });

  it('in which nobody has a job is not well', async () => {
    await story.pullTo(LAST, () => []);
    const result = await story.check('--expect-accounts', GOOD);
    expect(told(result)).toEqual(['ledger-empty the ledger: null against null']);
    expect(result.findings[0]?.message).toContain('backup-ledger doctor');
  });

  it('that nobody pulls any more is old, long after all days looked at, too', async () => {
    await story.pullTo(LAST, steady);
    story.trial.simulator.clock.advance(33 * 3_600_000);
    expect(told(await story.check())).toEqual([]);
    story.trial.simulator.clock.advance(4 * 3_600_000);
    expect((await story.check()).findings).toEqual([
      expect.objectContaining({ code: 'ledger-stale', day: LAST, value: 37, compared_with: 36 }),
    ]);
    expect(told(await story.check('--max-age', '2d'))).toEqual([]);
    story.trial.simulator.clock.advance(100 * DAY_MS);
    const result = await story.check('--expect-accounts', `${GOOD},${BAD}`);
    expect(told(result)).toEqual([
      'ledger-stale the ledger: 2437 against 36',
      `account-never-seen ${BAD}: null against null`,
    ]);
    expect(result.findings[0]?.message).toContain('the newest day is 2026-11-22');
  });

  it('of one slice, whose caller sees nothing any more, says so', async () => {
    await story.pullTo('2026-11-08', steady);
    await story.pullTo(LAST, () => []);
    const { findings } = await story.check();
    expect(told({ findings })).toEqual(['ledger-stale the ledger: 336 against 36']);
    expect(findings[0]?.message).toContain('pulls after it were good, but saw no job at all');
  });

  it('one slice of which sees nothing any more is told, and its accounts are not silent', async () => {
    await story.pullTo('2026-11-08', (day) => jobs(day, BAD, { completed: 1 }, { Region: 'us-east-1' }), {
      region: 'us-east-1',
    });
    await story.pullTo(LAST, () => [], { region: 'us-east-1' });
    await story.pullTo(LAST, steady);
    expect(told(await story.check())).toEqual(['slice-empty copy in us-east-1: 14 against 0']);
  });

  it('with days that nobody saw says which, and whether they are lost', async () => {
    await story.pullTo('2026-11-01', steady);
    await story.pullTo(LAST, steady);
    const { findings } = await story.check('--max-silent-days', '30');
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'days-incomplete',
        kind: 'copy',
        region: 'eu-west-1',
        day: '2026-11-02',
        value: 7,
        message: 'no good pull saw 7 days, between 2026-11-02 and 2026-11-08: lost for good',
      }),
    ]);
    expect(told(await story.check('--since', '2026-11-09'))).toEqual([]);
  });

  it('is judged by its main tables alone', async () => {
    await story.pullTo('2026-11-10', steady);
    const items = jobs('2026-11-10', GOOD, { failed: 1 });
    story.trial.simulator.setFaults([{ fault: 'raw', items, replace: true }]);
    await story.trial.pull({ reconcile: 'off', state: 'FAILED', table: 'copy_failures' });
    await story.pullTo(LAST, steady);
    expect(told(await story.check())).toEqual([]);
  });

  it('with a region that was left behind says so, and judges the others', async () => {
    await story.pullTo('2026-10-12', (day) => jobs(day, BAD, { completed: 1 }, { Region: 'us-east-1' }), {
      region: 'us-east-1',
    });
    await story.pullTo(LAST, steady, { first: '2026-10-12' });
    const { findings } = await story.check();
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'slice-stopped',
        place: 'copy in us-east-1',
        day: '2026-10-12',
        value: 41,
        message:
          'no good pull since 2026-10-13, for 41 days; none was tried since 2026-10-13: does pull still run for it? ' +
          'If it was given up, say so with --since',
      }),
    ]);
    expect(told(await story.check('--since', '2026-10-20'))).toEqual([]);
  });

  it('a region of which nobody could read for months comes before what is wrong with accounts', async () => {
    const mute = (day: string) => [
      ...steady(day),
      ...(day < '2026-11-10' ? jobs(day, BAD, { completed: 1 }) : []),
    ];
    await story.pullTo('2026-07-12', (day) => jobs(day, BAD, { completed: 1 }, { Region: 'us-east-1' }), {
      region: 'us-east-1',
    });
    await story.pullTo(LAST, mute, { first: '2026-10-12' });
    story.trial.simulator.setFaults([{ fault: 'access-denied' }]);
    await story.trial.pull({ reconcile: 'off', region: 'us-east-1' });
    const { findings } = await story.check('--since', '2026-10-26');
    expect(findings.map(({ code, place, value }) => [code, place, value])).toEqual([
      ['slice-stopped', 'copy in us-east-1', 133],
      ['account-silent', BAD, 13],
    ]);
    expect(findings[0]?.message).toMatch(
      /; pulls fail, the last on 2026-11-23: look at what pull says of it$/,
    );
  });
});
