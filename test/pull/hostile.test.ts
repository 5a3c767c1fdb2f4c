import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTrial, sliceOf, type Trial } from '../fixtures/trial.ts';

/** Values nobody should send: rejected clearly or stored faithfully, never a path outside, never a broken file. */

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

/** A row's JSON text with one field replaced, verbatim. */
function rowText(field: string, json: string): string {
  const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
  const fields = Object.entries({ ...row }).filter(([name]) => name !== field);
  return `{${fields.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join(',')},"${field}":${json}}`;
}

async function pullWith(field: string, json: string, flags = {}) {
  trial.simulator.setFaults([{ fault: 'raw', items: rowText(field, json), replace: true }]);
  return trial.pull({ 'max-attempts': '2', ...flags });
}

const LONG = JSON.stringify('x'.repeat(10_240));

const ALLOWED_KEY =
  /^(ledger\.json|copy_job_summaries\/aggregation_period=ONE_DAY\/start_month=\d{4}-\d\d\/eu-west-1\.parquet|pulls\/pull_month=\d{4}-\d\d\/copy-ONE_DAY-eu-west-1-any\.jsonl|raw\/copy\/ONE_DAY\/eu-west-1\/any\/\d{8}T\d{9}Z\.jsonl\.gz)$/;

async function expectTidyLedger(): Promise<void> {
  for (const key of (await trial.objects()).keys()) expect(key).toMatch(ALLOWED_KEY);
}

describe('is rejected, naming field, expectation and value:', () => {
  it.each([
    [
      'Count',
      '9007199254740993',
      'Count: expected a whole number from 0 to 9007199254740991, got 9007199254740992',
    ],
    ['Count', '1e400', 'Count: expected a whole number'],
    ['Count', '-1', 'Count: expected a whole number from 0 to 9007199254740991, got -1'],
    ['Count', '1.5', 'Count: expected a whole number from 0 to 9007199254740991, got 1.5'],
    ['Count', '"12abc"', 'Count: expected a whole number from 0 to 9007199254740991, got "12abc"'],
    ['Count', '"NaN"', 'Count: expected a whole number'],
    ['Count', 'null', 'Count: expected a whole number from 0 to 9007199254740991, got null'],
    [
      'StartTime',
      '-62135596800',
      'StartTime: expected a time from 2026-10-23T03:30:00.000Z to 2026-11-25T03:30:00.000Z',
    ],
    ['StartTime', '253402300799', 'StartTime: expected a time from'],
    ['StartTime', '1e300', 'StartTime: expected a time from'],
    ['StartTime', '"2026-11-20T00:00:00Z"', 'StartTime: expected epoch seconds, got "2026-11-20T00:00:00Z"'],
    ['EndTime', '0', 'EndTime: expected no earlier than StartTime'],
    ['EndTime', '"soon"', 'EndTime: expected epoch seconds, got "soon"'],
    ['AccountId', '"\\ud800"', 'AccountId: expected well-formed Unicode'],
    ['AccountId', '123456789012', 'AccountId: expected a string, got 123456789012'],
    ['State', '"ANY"', 'State: expected one value, not a sum, got "ANY"'],
    ['ResourceType', '"AGGREGATE_ALL"', 'ResourceType: expected one value, not a sum, got "AGGREGATE_ALL"'],
    ['Region', '{"a":1}', 'Region: expected a string, got {"a":1}'],
  ])('%s %s', async (field, json, problem) => {
    const result = await pullWith(field, json);
    expect(result.exit_code).toBe(65);
    expect(sliceOf(result).error?.message).toContain(problem);
    await expectTidyLedger();
  });
});

describe('is stored as it came:', () => {
  it.each([
    ['AccountId', '"../../../etc/passwd"'],
    ['AccountId', '"a/b\\\\c"'],
    ['AccountId', '""'],
    ['MessageCategory', LONG],
    ['MessageCategory', JSON.stringify('Zugriff verweigert 🔒 拒否')],
    ['MessageCategory', '"line\\nbreak \\u0000 nul"'],
    ['State', '"__proto__"'],
    ['ResourceType', JSON.stringify("O'Brien; DROP TABLE x")],
  ])('%s, case %#', async (field, json) => {
    expect((await pullWith(field, json)).exit_code).toBe(0);
    const column = field.replaceAll(/(?<=.)([A-Z])/g, '_$1').toLowerCase();
    expect((await trial.rows()).map((row) => row[column])).toEqual([JSON.parse(json)]);
    await expectTidyLedger();
  });

  it.each([[1], [9_007_199_254_740_991]])('a count of %s', async (count) => {
    await pullWith('Count', String(count));
    expect((await trial.rows())[0]?.['job_count']).toBe(count);
  });
});

it('a region that is a path is a foreign row, never a file', async () => {
  const result = await pullWith('Region', '"../../x"');
  expect(sliceOf(result)).toMatchObject({ outcome: 'ok', foreign: 1, kept: 0 });
  expect([...(await trial.objects()).keys()].filter((key) => key.endsWith('.parquet'))).toEqual([]);
  await expectTidyLedger();
});

it('NaN, which is not JSON, is a broken transfer: tried again, then left for later', async () => {
  const result = await pullWith('Count', 'NaN');
  expect(result.exit_code).toBe(75);
  expect(sliceOf(result)).toMatchObject({
    retries: 1,
    error: { message: expect.stringContaining('not JSON') },
  });
});

it('absent dimensions are null, an absent region is the one asked', async () => {
  const start = trial.simulator.clock.now() / 1000 - 86_400;
  const midnight = start - (start % 86_400);
  trial.simulator.setFaults([{ fault: 'raw', items: [{ Count: 3, StartTime: midnight }], replace: true }]);
  expect((await trial.pull()).exit_code).toBe(0);
  expect(await trial.rows()).toMatchObject([
    { region: 'eu-west-1', account_id: null, resource_type: null, state: null, job_count: 3, end_time: null },
  ]);
});

it('an item that is no object, and a list that is no list, are bad data', async () => {
  trial.simulator.setFaults([{ fault: 'raw', items: '17, "x", [], null', replace: true }]);
  const result = await trial.pull();
  expect(result.exit_code).toBe(65);
  expect(sliceOf(result)).toMatchObject({ received: 4, rejected: 4 });
});
