import { describe, expect, it } from 'vitest';
import { judgeAge, newestOf } from '../../src/check/age.ts';
import { type CoveredSlice, judgeDays, knownDays, nameOfSlice } from '../../src/check/coverage.ts';
import type { AccountHistory } from '../../src/check/history.ts';
import { aHistory, aSlice, NOW, options } from './rules.ts';
import { told } from './story.ts';

const HOUR_MS = 3_600_000;

describe('the age of a ledger', () => {
  const findings = (slices: readonly CoveredSlice[], since?: string) =>
    judgeAge({ newest: newestOf(slices), emptyPull: undefined }, options({ since }));
  const judge = (...slices: readonly CoveredSlice[]) => told({ findings: findings(slices) });

  it('is that of its newest good pull, and may be just so much', () => {
    const old = aSlice({ observedAt: NOW - 90 * HOUR_MS });
    expect(judge(old, aSlice({ observedAt: NOW - 36 * HOUR_MS }))).toEqual([]);
    expect(judge(old, aSlice({ observedAt: NOW - 36 * HOUR_MS - 1 }))).toEqual([
      'ledger-stale the ledger: 36 against 36',
    ]);
  });

  it('is too old without a day to look at, however long ago the last pull may be', () => {
    expect(findings([aSlice()], '2026-11-22')).toEqual([]);
    expect(findings([aSlice({ observedAt: NOW - HOUR_MS })], '2026-11-23')).toEqual([
      expect.objectContaining({
        code: 'ledger-stale',
        message:
          'the newest day is 2026-11-22, before the first day to look at, 2026-11-23; ' +
          'the last good pull was 1 hour ago, at 2026-11-23T02:30Z',
      }),
    ]);
  });

  it('is another matter where pulls are good and see nothing', () => {
    const newest = newestOf([aSlice({ observedAt: NOW - 90 * HOUR_MS })]);
    const wordsAfter = (emptyPull: string) => judgeAge({ newest, emptyPull }, options())[0]?.message;
    expect(wordsAfter('2026-11-19')).toMatch(/allowed\); does pull still run every day\?$/);
    expect(wordsAfter('2026-11-20')).toMatch(
      /allowed\), and pulls after it were good, but saw no job at all: /,
    );
  });

  it('is not known of one without a day', () => {
    expect(judge()).toEqual(['ledger-empty the ledger: null against null']);
    expect(judge(aSlice({ lastSeen: undefined, observedAt: Number.NaN }))).toHaveLength(1);
  });
});

describe('missing days', () => {
  const holed = { missing: 3, firstMissing: '2026-11-10', lastMissing: '2026-11-14' };
  const empty = { missing: 9, firstMissing: '2026-11-14', lastMissing: '2026-11-22', lastSeen: '2026-11-13' };
  const judge = (
    slices: readonly CoveredSlice[],
    {
      emptyDay,
      histories = [],
    }: { readonly emptyDay?: string; readonly histories?: readonly AccountHistory[] } = {},
  ) => {
    const emptyPulls = new Map(
      emptyDay === undefined ? [] : slices.map((slice) => [nameOfSlice(slice), emptyDay]),
    );
    return judgeDays({ slices, emptyPulls, histories }, options());
  };

  it('are told by slice, the one with most first, with what can be done', () => {
    const { findings, notes } = judge([
      aSlice({ ...holed, missing: 1, lastMissing: '2026-11-10', region: 'us-east-1', scope: '111111111111' }),
      aSlice(),
      aSlice({ ...holed, lost: 2 }),
      aSlice({ ...holed, missing: 2, lost: 2, kind: 'scan' }),
    ]);
    expect(findings.map(({ place, message }) => `${place}: ${message}`)).toEqual([
      'copy in eu-west-1: no good pull saw 3 days, between 2026-11-10 and 2026-11-14: 2 of them lost for good; pull again while AWS still shows them',
      'scan in eu-west-1: no good pull saw 2 days, between 2026-11-10 and 2026-11-14: lost for good',
      'copy in us-east-1 of 111111111111: no good pull saw 1 day, 2026-11-10: pull again while AWS still shows them',
    ]);
    expect(notes).toEqual([]);
  });

  it('of a slice that nobody pulls any more are a note', () => {
    const left = aSlice({ ...holed, missing: 28, lastSeen: undefined });
    expect(judge([left])).toEqual({
      findings: [],
      notes: ['not judged, for no good pull saw a day since 2026-10-26: copy in eu-west-1'],
    });
  });

  it('are no fault of the pulls where AWS shows no job at all any more', () => {
    const daily = { emptyDay: '2026-11-23', histories: [aHistory()] };
    expect(told(judge([aSlice(empty)], daily))).toEqual(['slice-empty copy in eu-west-1: 9 against 0']);
    // The empty pull came before: since then nobody pulled well.
    expect(told(judge([aSlice(empty)], { ...daily, emptyDay: '2026-11-14' }))).toEqual([
      'days-incomplete copy in eu-west-1: 9 against 0',
    ]);
    expect(told(judge([aSlice({ ...holed, lastSeen: '2026-11-20' })], daily))).toEqual([
      'days-incomplete copy in eu-west-1: 3 against 0',
    ]);
  });

  it('are a note where that is usual, or jobs were seen once', () => {
    const seldom = [
      [aHistory({ firstCompleted: '2026-10-13', lastCompleted: '2026-11-02', daysCompleted: 3 })],
      [aHistory({ daysCompleted: 1 })],
      [aHistory({ region: 'us-east-1' }), aHistory({ kind: 'scan' })],
    ];
    for (const histories of seldom)
      expect(judge([aSlice(empty)], { emptyDay: '2026-11-23', histories })).toEqual({
        findings: [],
        notes: ['not judged, for AWS shows no job at present, which is usual for it: copy in eu-west-1'],
      });
  });
});

it('the days of a kind are those of all its slices', () => {
  const slices = [
    aSlice({ firstSeen: '2026-11-01', lastSeen: '2026-11-20' }),
    aSlice({ region: 'us-east-1', firstSeen: '2026-10-28', lastSeen: '2026-11-10' }),
    aSlice({ kind: 'scan', firstSeen: undefined, lastSeen: undefined }),
  ];
  expect([...knownDays(slices)]).toEqual([['copy', { first: '2026-10-28', last: '2026-11-20' }]]);
});
