import { describe, expect, it } from 'vitest';
import {
  columnFacts,
  columnNames,
  columnsOf,
  dimensionsOf,
  identityColumnsOf,
  partitionColumns,
} from '../../schemas/columns.ts';
import { kindNames } from '../../schemas/kinds.ts';

const measures = [
  'job_count bigint',
  'start_date date',
  'start_time timestamp',
  'end_time timestamp',
  'observed_at timestamp',
];

/** Reserved in Athena: in DDL, and in SELECT. */
const reserved =
  'date time timestamp start end interval range partition user values window views first last'.split(' ');

describe('the columns of a table', () => {
  it.each([
    [
      'copy',
      [
        'region string',
        'account_id string',
        'resource_type string',
        'state string',
        'message_category string',
      ],
    ],
    [
      'backup',
      [
        'region string',
        'account_id string',
        'resource_type string',
        'state string',
        'message_category string',
      ],
    ],
    ['restore', ['region string', 'account_id string', 'resource_type string', 'state string']],
    [
      'scan',
      [
        'region string',
        'account_id string',
        'resource_type string',
        'state string',
        'malware_scanner string',
        'scan_result_status string',
      ],
    ],
  ] as const)('of %s jobs stand in this order, in these types', (kind, dimensions) => {
    expect(columnsOf(kind).map((name) => `${name} ${columnFacts(name).type}`)).toEqual([
      ...dimensions,
      ...measures,
    ]);
    expect(dimensionsOf(kind).map((name) => `${name} string`)).toEqual(dimensions);
  });

  it('are parted by period and month of the start date', () => {
    expect(Object.entries(partitionColumns).map(([name, { type }]) => `${name} ${type}`)).toEqual([
      'aggregation_period string',
      'start_month string',
    ]);
  });

  it.each([...columnNames, ...Object.keys(partitionColumns)])(
    'include %s: snake case, and not reserved in Athena',
    (name) => {
      expect(name).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
      expect(reserved).not.toContain(name);
    },
  );

  it.each(columnNames)('say what %s means', (name) => {
    expect(columnFacts(name).comment).not.toBe('');
  });

  it.each(kindNames)('tell rows of %s jobs apart by their dimensions and start, and nothing else', (kind) => {
    expect(identityColumnsOf(kind)).toEqual([...dimensionsOf(kind), 'start_time']);
  });

  it('may be null where AWS may leave a field out, but for region, count and start, of which the date follows', () => {
    const never = columnNames.filter((name) => !columnFacts(name).nullable);
    expect(never).toEqual(['region', 'job_count', 'start_date', 'start_time', 'observed_at']);
  });
});
