import { describe, expect, it } from 'vitest';
import { sliceName } from '../../src/domain/slice.ts';
import {
  isReplaySlice,
  parsePullName,
  parseRecordsPath,
  pullName,
  recordMonth,
  recordsPath,
} from '../../src/ledger/records-key.ts';
import { aSlice, OBSERVED_AT } from '../fixtures/builders.ts';

const path = 'pulls/pull_month=2026-11/copy-ONE_DAY-eu-west-1-any.jsonl';
const slice = sliceName(aSlice());

describe('the records of a slice and month', () => {
  it('have the key that other tools rely on', () => {
    expect(recordsPath({ slice, month: '2026-11' })).toBe(path);
  });

  it('are found again by their key', () => {
    expect(parseRecordsPath(path)).toEqual({ slice, month: '2026-11' });
  });

  it('lie in the month the pull began, in UTC', () => {
    expect(recordMonth(Date.parse('2026-12-01T00:00:00Z') - 1)).toBe('2026-11');
    expect(recordMonth(Date.parse('2026-12-01T00:00:00Z'))).toBe('2026-12');
  });

  it.each([
    '',
    'pulls/',
    `x/${path}`,
    `${path}l`,
    path.replace('.jsonl', '.json'),
    path.replace('pull_month=', ''),
    path.replace('2026-11', '2026-13'),
    path.replace('copy-', 'copy/'),
    'copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11/eu-west-1.parquet',
  ])('are not named by %j', (other) => {
    expect(parseRecordsPath(other)).toBeUndefined();
  });

  it('of a replay are told from those of pulls', () => {
    expect(isReplaySlice(sliceName(aSlice({ scope: 'replay' })))).toBe(true);
    expect(isReplaySlice(slice)).toBe(false);
  });
});

describe('the name of a pull', () => {
  const name = '20261123T030005123Z-copy-ONE_DAY-eu-west-1-any';

  it('is the one that other tools rely on', () => {
    expect(pullName({ slice, instant: OBSERVED_AT })).toBe(name);
    expect(parsePullName(name)).toEqual({ slice, instant: OBSERVED_AT });
  });

  it.each(['', 'copy', name.replace('T03', 'T25'), name.replace('123Z', 'Z'), name.slice(0, 19)])(
    'is not %j',
    (other) => {
      expect(parsePullName(other)).toBeUndefined();
    },
  );
});
