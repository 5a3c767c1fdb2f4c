import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { S3FaultPlan } from '../fixtures/s3-server.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** Stores that can never hold a ledger: whoever runs the job is told so, and soon. */

const DAY_MS = 86_400_000;

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial({ on: 's3', summaries: 50 });
});
afterEach(() => trial.close());

function puts(key: RegExp): number {
  const { requests = [] } = trial.s3 ?? {};
  return requests.filter((found) => found.operation === 'PutObject' && key.test(found.key)).length;
}

/** Every put of an object whose key matches is answered so. */
const refusing =
  (status: number, code: string, key: RegExp, body?: string): S3FaultPlan =>
  ({ operation, key: name }) =>
    operation === 'PutObject' && key.test(name)
      ? { status, code, ...(body !== undefined && { body }) }
      : undefined;

it.each([
  ['', ''],
  ['', '<html>Not implemented</html>'],
])('a store that answers a conditional put with 501 %s %j cannot be used', async (code, body) => {
  trial.s3?.setFault(refusing(501, code, /./, body));
  const { exit_code, error } = await trial.pull();
  expect(exit_code).toBe(78);
  expect(error?.message).toContain('this store has no conditional writes');
  expect(puts(/./)).toBe(1);
});

describe.each([
  [412, 'PreconditionFailed'],
  [409, 'ConditionalRequestConflict'],
])('a store that answers %i %s to every put', (status, code) => {
  it.each([
    ['of the manifest', /ledger\.json$/, /\/ledger\.json: /],
    ['of raw pages', /\/raw\//, /\/raw\/.*: /],
    ['of a partition', /2026-11\/eu-west-1\.parquet$/, /2026-11\/eu-west-1\.parquet: /],
    ['of pull records', /\/pulls\//, /\/pulls\/.*: /],
  ])('%s is asked twenty times, and the object named', async (_what, key, named) => {
    trial.s3?.setFault(refusing(status, code, key));
    const { exit_code, error, slices } = await trial.pull();
    const { message = '' } = error ?? slices[0]?.error ?? {};
    expect(exit_code).toBe(75);
    expect(message).toContain('other writers came first 20 times');
    expect(`/${message}`).toMatch(named);
    expect(puts(key)).toBe(20);
  });
});

it('a store of weak ETags, which no If-Match ever finds, is asked twenty times, and the partition named', async () => {
  await trial.pull();
  for (const [key, object] of trial.s3?.objects ?? [])
    trial.s3?.objects.set(key, { ...object, etag: `W/${object.etag}` });
  trial.s3?.setFault(({ headers }) =>
    headers['if-match']?.startsWith('W/') ? { status: 412, code: 'PreconditionFailed' } : undefined,
  );
  trial.simulator.clock.advance(DAY_MS);
  const { exit_code, slices } = await trial.pull();
  expect(exit_code).toBe(75);
  expect(slices[0]?.error?.message).toMatch(/2026-11\/eu-west-1\.parquet: other writers came first 20 times/);
});
