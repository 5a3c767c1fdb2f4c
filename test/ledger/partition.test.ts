import { describe, expect, it } from 'vitest';
import { REGION_PATTERN } from '../../src/domain/slice.ts';
import { parsePartitionPath, partitionPath, TABLE_PATTERN } from '../../src/ledger/partition.ts';

const key = {
  table: 'copy_job_summaries',
  aggregationPeriod: 'ONE_DAY',
  month: '2026-11',
  region: 'eu-west-1',
} as const;
const path = 'copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11/eu-west-1.parquet';

describe('a partition', () => {
  it('has the key that other tools rely on', () => {
    expect(partitionPath(key)).toBe(path);
  });

  it('is found again by its key', () => {
    expect(parsePartitionPath(path)).toEqual(key);
  });

  it.each([
    '',
    'ledger.json',
    `/${path}`,
    `${path}.tmp`,
    `x/${path}`,
    path.toUpperCase(),
    path.replace('ONE_DAY', 'TWO_DAYS'),
    path.replace('eu-west-1', 'EU-WEST-1'),
    path.replace('eu-west-1', '../eu-west-1'),
    path.replace('eu-west-1', 'eu'),
    path.replace('copy_job_summaries', '_copy'),
    path.replace('2026-11', '2026-1'),
    path.replace('start_month', 'month'),
    `${path}\n`,
  ])('is not named by %j', (other) => {
    expect(parsePartitionPath(other)).toBeUndefined();
  });

  it.each(['2026-13', '2026-00', '2026-99'])('is not of %s, which is no month', (month) => {
    expect(parsePartitionPath(partitionPath({ ...key, month }))).toBeUndefined();
  });
});

describe('a region', () => {
  it.each([
    'eu-west-1',
    'us-gov-west-1',
    'us-iso-east-1',
    'ap-southeast-7',
    'mx-central-1',
    'eusc-de-east-1',
  ])('may be %s', (region) => {
    expect(REGION_PATTERN.test(region)).toBe(true);
  });

  it.each([
    '',
    'global',
    '../x',
    'eu-west-1/',
    'eu_west_1',
    'EU-west-1',
    '-eu-west-1',
    'eu-west-1\n',
    'eu west 1',
  ])('may not be %j', (region) => {
    expect(REGION_PATTERN.test(region)).toBe(false);
  });
});

describe('a table', () => {
  it.each(['a', 'copy_failures', 'x9_'])('may be %s', (table) => {
    expect(TABLE_PATTERN.test(table)).toBe(true);
  });

  it.each(['', '_a', '9a', 'A', 'a-b', 'a/b', 'a.b', 'a b'])('may not be %j', (table) => {
    expect(TABLE_PATTERN.test(table)).toBe(false);
  });
});
