import { describe, expect, it } from 'vitest';
import { lastDayKnown } from '../../src/check/coverage.ts';
import type { AccountHistory } from '../../src/check/history.ts';
import { judgeSilence, judgeUnseen } from '../../src/check/silence.ts';
import type { CheckOptions } from '../../src/check/task.ts';
import { aHistory, aSlice, options } from './rules.ts';
import { told } from './story.ts';

const ONE = '111111111111';
const TWO = '222222222222';

function judge(
  histories: readonly AccountHistory[],
  changes: Partial<CheckOptions> = {},
  slices = [aSlice(), aSlice({ kind: 'restore' })],
): string[] {
  return told({ findings: judgeSilence(histories, lastDayKnown(slices), options(changes)) });
}

describe('an account', () => {
  it('is silent after so many days without a completed job, not one earlier', () => {
    const quiet = (lastCompleted: string) => [aHistory({ lastCompleted, lastJob: lastCompleted })];
    expect(judge(quiet('2026-11-15'))).toEqual([`account-silent ${ONE}: 7 against 7`]);
    expect(judge(quiet('2026-11-16'))).toEqual([]);
    expect(judge(quiet('2026-11-16'), { maxSilentDays: 6 })).toHaveLength(1);
  });

  it('is as silent as the least silent of its regions and kinds', () => {
    const silent = aHistory({ lastCompleted: '2026-11-01' });
    expect(
      judge([silent, aHistory({ region: 'us-east-1' })], {}, [aSlice(), aSlice({ region: 'us-east-1' })]),
    ).toEqual([]);
  });

  it('is told of once, though all its kinds are silent', () => {
    const silent = { lastCompleted: '2026-11-01', daysCompleted: 1 };
    expect(judge([aHistory(silent), aHistory({ ...silent, kind: 'restore' })])).toEqual([
      `account-silent ${ONE}: 21 against 7`,
    ]);
  });

  it('is not silent after the last day that is known of it', () => {
    const histories = [aHistory({ lastCompleted: '2026-11-10' })];
    expect(judge(histories, {}, [aSlice({ lastSeen: '2026-11-12' })])).toEqual([]);
    expect(
      judge(histories, {}, [aSlice({ scope: TWO }), aSlice({ scope: ONE, lastSeen: '2026-11-12' })]),
    ).toEqual([]);
    expect(judge(histories, {}, [aSlice({ scope: ONE })])).toHaveLength(1);
    expect(judge(histories, {}, [aSlice({ lastSeen: undefined })])).toEqual([]);
  });

  it('without any completed job is counted from the day before its first', () => {
    const failing = {
      firstCompleted: undefined,
      lastCompleted: undefined,
      daysCompleted: 0,
      lastFailed: '2026-11-22',
    };
    expect(judge([aHistory({ ...failing, firstJob: '2026-11-16' })])).toEqual([
      `account-silent ${ONE}: 7 against 7`,
    ]);
    expect(judge([aHistory({ ...failing, firstJob: '2026-11-17' })])).toEqual([]);
  });

  it('that left is missed only by those who expect it, or name no day since', () => {
    const left = [
      aHistory({ lastJob: '2026-08-01', lastCompleted: '2026-08-01' }),
      aHistory({ account: TWO }),
    ];
    expect(judge(left)).toEqual([`account-silent ${ONE}: 113 against 7`]);
    expect(judge(left, { since: '2026-08-01' })).toHaveLength(1);
    expect(judge(left, { since: '2026-08-02' })).toEqual([]);
    expect(judge(left, { expected: [TWO] })).toEqual([]);
    expect(judge(left, { expected: [ONE], since: '2026-08-02' })).toHaveLength(1);
  });

  it('that was silent for longest comes first', () => {
    const histories = ['2026-11-10', '2026-11-01', '2026-11-10'].map((lastCompleted, index) =>
      aHistory({ account: String(333333333333 - index), lastCompleted }),
    );
    expect(judge(histories)).toEqual([
      'account-silent 333333333332: 21 against 7',
      'account-silent 333333333331: 12 against 7',
      'account-silent 333333333333: 12 against 7',
    ]);
  });
});

describe('one kind among others', () => {
  const beside = (restore: Partial<AccountHistory>, changes: Partial<CheckOptions> = {}) =>
    judge([aHistory(), aHistory({ kind: 'restore', ...restore })], changes);
  /** Every tenth day. */
  const tenth = { firstCompleted: '2026-10-13', daysCompleted: 3 };

  it('is missed when it pauses for more than twice its usual time', () => {
    expect(beside({ ...tenth, lastCompleted: '2026-11-02' })).toEqual([]);
    expect(beside({ ...tenth, firstCompleted: '2026-10-12', lastCompleted: '2026-11-01' })).toEqual([
      `account-silent restore of ${ONE}: 21 against 7`,
    ]);
  });

  it('is not missed when it was used once, unless it fails since then', () => {
    const once = { firstCompleted: '2026-11-02', lastCompleted: '2026-11-02', daysCompleted: 1 };
    expect(beside(once)).toEqual([]);
    expect(beside({ ...once, lastFailed: '2026-11-01' })).toEqual([]);
    expect(beside({ ...once, lastFailed: '2026-11-20' })).toEqual([
      `account-silent restore of ${ONE}: 20 against 7`,
    ]);
  });

  it('that was given up before the days looked at is not missed', () => {
    const daily = { lastCompleted: '2026-11-10', lastJob: '2026-11-10' };
    expect(beside(daily)).toHaveLength(1);
    expect(beside(daily, { since: '2026-11-11' })).toEqual([]);
  });
});

it('an expected account is seen by whatever jobs it ever had', () => {
  const histories = [aHistory({ lastCompleted: undefined, lastJob: '2020-01-01' })];
  expect(told({ findings: judgeUnseen(histories, options({ expected: [TWO, ONE] })) })).toEqual([
    `account-never-seen ${TWO}: null against null`,
  ]);
  expect(judgeUnseen(histories, options())).toEqual([]);
});
