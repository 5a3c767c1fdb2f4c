import { describe, expect, it } from 'vitest';
import { parsePullPath, pullPath, pullsOn } from '../../src/ledger/pull-key.ts';
import { aSlice, OBSERVED_AT } from '../fixtures/builders.ts';

const path = 'pulls/pull_date=2026-11-23/20261123T030005123Z-copy-ONE_DAY-eu-west-1-any.json';

describe('a pull record', () => {
  it('has the key that other tools rely on', () => {
    expect(pullPath(aSlice(), OBSERVED_AT)).toBe(path);
  });

  it('is found again by its key', () => {
    expect(parsePullPath(path)).toEqual({ slice: 'copy-ONE_DAY-eu-west-1-any', instant: OBSERVED_AT });
  });

  it('lies in the folder of the day its pull began', () => {
    expect(path.startsWith(pullsOn('2026-11-23'))).toBe(true);
  });

  it.each([
    '',
    'pulls/',
    `x/${path}`,
    `${path}l`,
    path.replace('.json', ''),
    path.replace('T030005123Z', 'T030005Z'),
    path.replace('pull_date=', ''),
    path.replace('-copy-ONE_DAY-eu-west-1-any', ''),
    'copy_job_summaries/aggregation_period=ONE_DAY/start_date=2026-11-22/eu-west-1.parquet',
  ])('is not named by %j', (other) => {
    expect(parsePullPath(other)).toBeUndefined();
  });

  it('is not named by a key in the folder of another day', () => {
    expect(parsePullPath(path.replace('pull_date=2026-11-23', 'pull_date=2026-11-24'))).toBeUndefined();
  });

  it('is not named by a key of an instant that does not exist', () => {
    expect(parsePullPath(path.replace('20261123T03', '20261123T25'))).toBeUndefined();
  });

  it('is not named by a key in a folder of its own', () => {
    expect(parsePullPath(path.replace('-copy-', '-copy/x-'))).toBeUndefined();
  });
});
