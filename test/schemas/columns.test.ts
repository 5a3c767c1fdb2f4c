import { describe, expect, it } from 'vitest';
import {
  columnFacts,
  columnNames,
  columnsOf,
  dimensionsOf,
  identityColumnsOf,
  partitionColumns,
} from '../../schemas/columns.ts';
import { type Kind, kindNames } from '../../schemas/kinds.ts';

/** Reserved in Athena: in DDL, and in SELECT. */
const reserved =
  'date time timestamp start end interval range partition user values window views first last'.split(' ');

describe('the columns of a table', () => {
  it('are these, in this order and of these types', () => {
    const listed = (kind: Kind) => columnsOf(kind).map((name) => `${name} ${columnFacts(name).type}`);
    expect(Object.fromEntries(kindNames.map((kind) => [kind, listed(kind)]))).toMatchInlineSnapshot(`
      {
        "backup": [
          "region string",
          "account_id string",
          "resource_type string",
          "state string",
          "message_category string",
          "job_count bigint",
          "start_date date",
          "start_time timestamp",
          "end_time timestamp",
          "observed_at timestamp",
        ],
        "copy": [
          "region string",
          "account_id string",
          "resource_type string",
          "state string",
          "message_category string",
          "job_count bigint",
          "start_date date",
          "start_time timestamp",
          "end_time timestamp",
          "observed_at timestamp",
        ],
        "restore": [
          "region string",
          "account_id string",
          "resource_type string",
          "state string",
          "job_count bigint",
          "start_date date",
          "start_time timestamp",
          "end_time timestamp",
          "observed_at timestamp",
        ],
        "scan": [
          "region string",
          "account_id string",
          "resource_type string",
          "state string",
          "malware_scanner string",
          "scan_result_status string",
          "job_count bigint",
          "start_date date",
          "start_time timestamp",
          "end_time timestamp",
          "observed_at timestamp",
        ],
      }
    `);
  });

  it.each(kindNames)('of %s jobs begin with the dimensions', (kind) => {
    const dimensions = dimensionsOf(kind);
    expect(columnsOf(kind).slice(0, dimensions.length)).toEqual(dimensions);
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
