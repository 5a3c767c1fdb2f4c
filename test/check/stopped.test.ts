import { expect, it } from 'vitest';
import { judgeStopped, type PulledSlice } from '../../src/check/stopped.ts';
import { options } from './rules.ts';
import { told } from './story.ts';

/** Pulled well every day up to today. */
function aPulled(changes: Partial<PulledSlice> = {}): PulledSlice {
  const today = '2026-11-23';
  const slice = { kind: 'copy', region: 'eu-west-1', scope: 'any' } as const;
  return { ...slice, lastGood: today, firstTried: '2026-08-01', lastTried: today, ...changes };
}

const left = aPulled({ lastGood: '2026-09-12', lastTried: '2026-09-12' });
const judge = (slices: readonly PulledSlice[], since?: string) => judgeStopped(slices, options({ since }));

it('tells slices whose last good pull saw none of the days looked at, the longest ago first', () => {
  const slices = [
    aPulled({ lastGood: '2026-10-27', region: 'ap-south-1' }),
    aPulled({ lastGood: '2026-10-26', region: 'us-east-1' }),
    left,
    aPulled({ kind: 'scan' }),
  ];
  expect(told({ findings: judge(slices) })).toEqual([
    'slice-stopped copy in eu-west-1: 72 against 0',
    'slice-stopped copy in us-east-1: 28 against 0',
  ]);
});

it('tells those that were never pulled well', () => {
  expect(judge([aPulled({ lastGood: undefined, firstTried: '2026-11-20' })])).toEqual([
    expect.objectContaining({
      day: null,
      value: 3,
      message:
        'no pull was good since the first known one, on 2026-11-20, for 3 days; pulls fail, the last on 2026-11-23: ' +
        'look at what pull says of it',
    }),
  ]);
});

it('takes those that nobody tries any more for given up where somebody says since when', () => {
  expect(judge([left], '2026-10-26')).toEqual([]);
  expect(judge([{ ...left, lastTried: '2026-11-23' }], '2026-10-26')).toHaveLength(1);
});

it('takes an account for given up where all are pulled together', () => {
  const alone = { ...left, scope: '111111111111' };
  expect(told({ findings: judge([alone]) })).toEqual([
    'slice-stopped copy in eu-west-1 of 111111111111: 72 against 0',
  ]);
  expect(judge([alone, aPulled()])).toEqual([]);
  expect(judge([alone, aPulled({ region: 'us-east-1' }), aPulled({ kind: 'scan' })])).toHaveLength(1);
  expect(told({ findings: judge([alone, left]) })).toHaveLength(2);
});
