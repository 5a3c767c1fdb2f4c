import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTrial, sliceOf, type Trial } from '../fixtures/trial.ts';

/** Values nobody should send: rejected clearly or stored faithfully, never a path outside, never a broken file. */

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

/** JSON text of a row of an account of its own, with one field replaced, verbatim. */
function rowText(field: string, json: string, account = 0): string {
  const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
  const own = { ...row, AccountId: String(100_000_000_000 + account) };
  const fields = Object.entries(own).filter(([name]) => name !== field);
  return `{${fields.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join(',')},"${field}":${json}}`;
}

function answer(rows: readonly (readonly [field: string, json: string, ...rest: unknown[]])[]): void {
  const items = rows.map(([field, json], index) => rowText(field, json, index)).join();
  trial.simulator.setFaults([{ fault: 'raw', items, replace: true }]);
}

async function pullWith(field: string, json: string) {
  answer([[field, json]]);
  return trial.pull({ 'max-attempts': '2' });
}

const ALLOWED_KEY =
  /^(ledger\.json|copy_job_summaries\/aggregation_period=ONE_DAY\/start_month=\d{4}-\d\d\/eu-west-1\.parquet|pulls\/pull_month=\d{4}-\d\d\/copy-ONE_DAY-eu-west-1-any\.jsonl|raw\/copy\/ONE_DAY\/eu-west-1\/any\/\d{8}T\d{9}Z\.jsonl\.gz)$/;

async function expectTidyLedger(): Promise<void> {
  for (const key of (await trial.objects()).keys()) expect(key).toMatch(ALLOWED_KEY);
}

const COUNT = 'Count: expected a whole number from 0 to 9007199254740991, got';

const rejected = [
  ['Count', '9007199254740993', `${COUNT} 9007199254740992`],
  ['Count', '1e400', `${COUNT} null`],
  ['Count', '-1', `${COUNT} -1`],
  ['Count', '1.5', `${COUNT} 1.5`],
  ['Count', '"12abc"', `${COUNT} "12abc"`],
  ['Count', '"NaN"', `${COUNT} "NaN"`],
  ['Count', 'null', `${COUNT} null`],
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
] as const;

it('what no row may hold is rejected, naming field, expectation and value, and nothing is published', async () => {
  answer(rejected);
  const { exit_code, slices } = await trial.pull();
  expect(exit_code).toBe(65);
  expect(slices[0]?.rejects.map(({ problems }) => problems.join())).toEqual(
    rejected.map(([, , problem]) => expect.stringContaining(problem) as string),
  );
  expect(await trial.rows()).toEqual([]);
  await expectTidyLedger();
});

const stored = [
  ['AccountId', '"../../../etc/passwd"'],
  ['AccountId', '"a/b\\\\c"'],
  ['AccountId', '""'],
  ['MessageCategory', JSON.stringify('x'.repeat(10_240))],
  ['MessageCategory', JSON.stringify('Zugriff verweigert 🔒 拒否')],
  ['MessageCategory', '"line\\nbreak \\u0000 nul"'],
  ['State', '"__proto__"'],
  ['ResourceType', JSON.stringify("O'Brien; DROP TABLE x")],
  ['Count', '1'],
  ['Count', '9007199254740991'],
] as const;

const columnOf = {
  Count: 'job_count',
  AccountId: 'account_id',
  MessageCategory: 'message_category',
  State: 'state',
  ResourceType: 'resource_type',
} as const;

it('what is merely odd is stored as it came', async () => {
  answer(stored);
  expect((await trial.pull()).exit_code).toBe(0);
  const rows = await trial.rows();
  expect(rows).toHaveLength(stored.length);
  for (const [field, json] of stored)
    expect(rows.map((row) => row[columnOf[field]])).toContain(JSON.parse(json));
  await expectTidyLedger();
});

it('a region that is a path is a foreign row, never a file', async () => {
  const result = await pullWith('Region', '"../../x"');
  expect(sliceOf(result)).toMatchObject({ outcome: 'ok', foreign: 1, kept: 0 });
  expect([...(await trial.objects()).keys()].filter((key) => key.endsWith('.parquet'))).toEqual([]);
  await expectTidyLedger();
});

it('an endpoint that ignores a filter fills no table with what was not asked for', async () => {
  const truth = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
  const failed = truth.filter(({ State }) => State === 'FAILED');
  trial.simulator.setFaults([{ fault: 'raw', items: truth, replace: true }]);
  const result = await trial.pull({ state: 'FAILED', table: 'copy_failures' });
  expect(sliceOf(result)).toMatchObject({
    outcome: 'ok',
    received: truth.length,
    kept: failed.length,
    foreign: truth.length - failed.length,
    warnings: expect.arrayContaining([expect.stringContaining('expected State "FAILED", got "')]) as unknown,
  });
  expect(await trial.verify()).toMatchObject({ outcome: 'ok', rows: failed.length });
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
