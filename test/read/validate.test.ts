import { describe, expect, it } from 'vitest';
import { dimensionsOf } from '../../schemas/columns.ts';
import { type DimensionField, factsOf, kindNames } from '../../schemas/kinds.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import type { Slice } from '../../src/domain/slice.ts';
import { createValidator } from '../../src/read/validate.ts';
import {
  aRow,
  aSlice,
  aSummary,
  epochSeconds,
  nullRow,
  OBSERVED_AT,
  type Summary,
  summaryOf,
} from '../fixtures/builders.ts';

function validate(item: unknown, slice: Slice = aSlice()) {
  return createValidator(slice, OBSERVED_AT)(item);
}

/** The row of a summary that is expected to be good. */
function rowOf(item: unknown, slice?: Slice) {
  const validation = validate(item, slice);
  if (!validation.ok) throw new Error(validation.problems.join('\n'));
  return validation.row;
}

function problemsOf(item: unknown, slice?: Slice) {
  const validation = validate(item, slice);
  return validation.ok ? [] : validation.problems;
}

describe('a summary becomes a row', () => {
  it('field by field, with instants in milliseconds and the moment of the pull', () => {
    expect(validate(aSummary({ Count: 7 }))).toEqual({
      ok: true,
      row: aRow({ job_count: 7, observed_at: OBSERVED_AT }),
      unknownFields: undefined,
    });
  });

  it.each(kindNames)('with the dimensions of %s jobs and no others', (kind) => {
    const everything = aSummary({ MalwareScanner: 'GUARDDUTY', ScanResultStatus: 'THREATS_FOUND' });
    const row = rowOf(everything, aSlice({ kind }));
    const { dimensions } = factsOf(kind);
    const only = (field: DimensionField, value: string) => (dimensions.includes(field) ? value : null);
    expect(row).toEqual(
      aRow({
        message_category: only('MessageCategory', 'SUCCESS'),
        malware_scanner: only('MalwareScanner', 'GUARDDUTY'),
        scan_result_status: only('ScanResultStatus', 'THREATS_FOUND'),
      }),
    );
  });

  it.each(kindNames)('and the summary of a row of %s jobs becomes that row', (kind) => {
    const dimensions = dimensionsOf(kind).map((name) => [
      name,
      name === 'region' ? 'eu-west-1' : `some ${name}`,
    ]);
    const { job_count, start_time, end_time, observed_at } = aRow();
    const measures = { job_count, start_time, end_time, observed_at };
    const row = { ...nullRow, ...measures, ...Object.fromEntries(dimensions) };
    expect(rowOf(summaryOf(kind, row), aSlice({ kind }))).toEqual(row);
  });

  it.each([
    ['AccountId', 'account_id'],
    ['ResourceType', 'resource_type'],
    ['State', 'state'],
    ['MessageCategory', 'message_category'],
    ['EndTime', 'end_time'],
  ] as const)('with null where AWS sent no %s', (field, column) => {
    expect(rowOf(aSummary({ [field]: undefined }))[column]).toBeNull();
    expect(rowOf(aSummary({ [field]: null }))[column]).toBeNull();
  });

  it.each([undefined, null])("with the endpoint's region where AWS sent Region %j", (Region) => {
    expect(rowOf(aSummary({ Region }), aSlice({ region: 'us-east-1' })).region).toBe('us-east-1');
  });

  it("with another region than the endpoint's kept as it came", () => {
    expect(rowOf(aSummary({ Region: 'us-east-1' })).region).toBe('us-east-1');
    expect(rowOf(aSummary({ Region: '../../x' })).region).toBe('../../x');
  });

  it.each([
    'COMPLETED',
    'HIBERNATING',
    'completed',
    '',
    'a/b',
    '../..',
    'x'.repeat(10_000),
    '😀',
    'a\u0000b',
  ])('with the state %j kept as AWS spelled it, known or not', (State) => {
    expect(rowOf(aSummary({ State })).state).toBe(State);
  });

  it('with instants to the millisecond', () => {
    const start = epochSeconds('2026-11-22T00:00:00.001Z');
    expect(rowOf(aSummary({ StartTime: start })).start_time).toBe(Date.UTC(2026, 10, 22, 0, 0, 0, 1));
  });

  it.each([0, 1, Number.MAX_SAFE_INTEGER])('with a count of %i', (Count) => {
    expect(rowOf(aSummary({ Count })).job_count).toBe(Count);
  });

  it('although its window ends as it begins', () => {
    const StartTime = epochSeconds('2026-11-22T00:00:00Z');
    expect(rowOf(aSummary({ StartTime, EndTime: StartTime })).end_time).toBe(StartTime * 1000);
  });

  it('although its window ends in the year 9999', () => {
    const EndTime = epochSeconds('9999-12-31T00:00:00Z');
    expect(rowOf(aSummary({ EndTime })).end_time).toBe(EndTime * 1000);
  });
});

describe('fields this version does not know', () => {
  it('are handed on beside the row', () => {
    const validation = validate(aSummary({ Vault: 'main', Nested: { a: [1] } }));
    expect(validation).toMatchObject({ ok: true, unknownFields: { Vault: 'main', Nested: { a: [1] } } });
  });

  it('are also those of another kind', () => {
    expect(validate(aSummary(), aSlice({ kind: 'restore' }))).toMatchObject({
      unknownFields: { MessageCategory: 'SUCCESS' },
    });
  });

  it('cannot pass for one of ours', () => {
    const validation = validate(aSummary({ observed_at: 1, account_id: 'x' }));
    expect(validation).toMatchObject({
      ok: true,
      row: aRow(),
      unknownFields: { observed_at: 1, account_id: 'x' },
    });
  });
});

const counts = 'a whole number from 0 to 9007199254740991';
const starts = 'a time from 2026-10-23T03:00:05.123Z to 2026-11-25T03:00:05.123Z in epoch seconds';

describe('a summary is rejected', () => {
  it.each([
    ['no count', { Count: undefined }, `Count: expected ${counts}, got nothing`],
    ['a null count', { Count: null }, `Count: expected ${counts}, got null`],
    ['a negative count', { Count: -1 }, `Count: expected ${counts}, got -1`],
    ['half a job', { Count: 1.5 }, `Count: expected ${counts}, got 1.5`],
    [
      'a count beyond 2^53−1',
      JSON.parse('{"Count":9007199254740993}'),
      `Count: expected ${counts}, got 9007199254740992`,
    ],
    ['a count beyond a bigint', { Count: 1e300 }, `Count: expected ${counts}, got 1e+300`],
    ['a count that is not a number', { Count: Number.NaN }, `Count: expected ${counts}, got null`],
    ['a count as text', { Count: '3' }, `Count: expected ${counts}, got "3"`],
    ['no start', { StartTime: undefined }, 'StartTime: expected epoch seconds, got nothing'],
    ['a start as text', { StartTime: '2026-11-22' }, 'StartTime: expected epoch seconds, got "2026-11-22"'],
    ['a start at 0', { StartTime: 0 }, `StartTime: expected ${starts}, got 0`],
    [
      'a start in the year 1',
      { StartTime: epochSeconds('0001-01-01T00:00:00Z') },
      `StartTime: expected ${starts}, got -62135596800`,
    ],
    [
      'a start in the year 9999',
      { StartTime: epochSeconds('9999-12-31T00:00:00Z'), EndTime: undefined },
      `StartTime: expected ${starts}, got 253402214400`,
    ],
    [
      'a start 40 days ago',
      { StartTime: epochSeconds('2026-10-14T00:00:00Z') },
      `StartTime: expected ${starts}, got 1791936000`,
    ],
    ['a start no clock can show', { StartTime: 1e300 }, `StartTime: expected ${starts}, got 1e+300`],
    ['a start that is not a number', { StartTime: Number.NaN }, `StartTime: expected ${starts}, got null`],
    ['an end as text', { EndTime: 'later' }, 'EndTime: expected epoch seconds, got "later"'],
    ['an end no clock can show', { EndTime: 1e300 }, 'EndTime: expected epoch seconds, got 1e+300'],
    [
      'an end before its start',
      { EndTime: epochSeconds('2026-11-21T00:00:00Z') },
      'EndTime: expected no earlier than StartTime 1795305600, got 1795219200',
    ],
    ['a number for a state', { State: 3 }, 'State: expected a string, got 3'],
    ['a list for an account', { AccountId: ['1'] }, 'AccountId: expected a string, got ["1"]'],
    ['a number for a region', { Region: 1 }, 'Region: expected a string, got 1'],
    [
      'a lone surrogate',
      { MessageCategory: 'a\ud800' },
      'MessageCategory: expected well-formed Unicode, got "a\\ud800"',
    ],
    [
      'a region with a lone surrogate',
      { Region: '\udc00' },
      'Region: expected well-formed Unicode, got "\\udc00"',
    ],
    ['ANY for a state', { State: 'ANY' }, 'State: expected one value, not a sum, got "ANY"'],
    ['ANY for an account', { AccountId: 'ANY' }, 'AccountId: expected one value, not a sum, got "ANY"'],
    [
      'a sum for a region',
      { Region: 'AGGREGATE_ALL' },
      'Region: expected one value, not a sum, got "AGGREGATE_ALL"',
    ],
    [
      'a sum nobody asked for',
      { ResourceType: 'AGGREGATE_ALL' },
      'ResourceType: expected one value, not a sum, got "AGGREGATE_ALL"',
    ],
  ] as [string, Summary, string][])('for %s', (_what, difference, problem) => {
    expect(problemsOf(aSummary(difference))).toEqual([problem]);
  });

  it.each([null, 'text', 7, [], [aSummary()]])('when it is %j', (item) => {
    expect(problemsOf(item)[0]).toMatch(/^expected an object, got /);
  });

  it('when it is nothing', () => {
    expect(problemsOf(undefined)).toEqual(['expected an object, got nothing']);
  });

  it('for every problem at once', () => {
    const problems = problemsOf(aSummary({ State: 'ANY', Count: -1, StartTime: 0, EndTime: 'later' }));
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'State',
      'Count',
      'StartTime',
      'EndTime',
    ]);
  });

  it('with a message that stays short whatever was sent', () => {
    const [problem = ''] = problemsOf(aSummary({ State: ['x'.repeat(10_000)] }));
    expect(problem.length).toBeLessThan(200);
  });
});

describe('the sum that was asked for', () => {
  it.each(['AccountId', 'State', 'ResourceType', 'MessageCategory'] as const)(
    'may read AGGREGATE_ALL in %s',
    (filter) => {
      const slice = aSlice({ filters: { [filter]: 'AGGREGATE_ALL' } });
      expect(validate(aSummary({ [filter]: 'AGGREGATE_ALL' }), slice).ok).toBe(true);
    },
  );

  it('may not read ANY', () => {
    const slice = aSlice({ filters: { State: 'AGGREGATE_ALL' } });
    expect(problemsOf(aSummary({ State: 'ANY' }), slice)).toEqual([
      'State: expected one value, not a sum, got "ANY"',
    ]);
  });

  it('may not be over another dimension', () => {
    const slice = aSlice({ filters: { State: 'AGGREGATE_ALL' } });
    expect(problemsOf(aSummary({ ResourceType: 'AGGREGATE_ALL' }), slice)).toHaveLength(1);
  });
});

describe('a start time is usable', () => {
  const earliest = (OBSERVED_AT - 31 * DAY_MS) / 1000;
  const latest = (OBSERVED_AT + 2 * DAY_MS) / 1000;

  it.each([
    ['31 days before the pull', earliest, true],
    ['a moment earlier', earliest - 0.001, false],
    ['2 days after the pull', latest, true],
    ['a moment later', latest + 0.001, false],
  ])('%s (at %d): %s', (_when, StartTime, usable) => {
    expect(validate(aSummary({ StartTime, EndTime: undefined })).ok).toBe(usable);
  });
});
