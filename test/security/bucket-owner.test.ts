import { afterEach, expect, it } from 'vitest';
import { openTrial, type Trial } from '../fixtures/trial.ts';

const OWNER = '111122223333';

let trial: Trial;
afterEach(() => trial.close());

it('every request to S3 says who must own the bucket', async () => {
  trial = await openTrial({ on: 's3' });
  await trial.pull({ 'expected-bucket-owner': OWNER });
  trial.simulator.clock.advance(86_400_000);
  expect((await trial.pull({ 'expected-bucket-owner': OWNER })).exit_code).toBe(0);
  const requests = trial.s3?.requests ?? [];
  expect(new Set(requests.map(({ operation }) => operation))).toEqual(new Set(['GetObject', 'PutObject']));
  expect(new Set(requests.map(({ headers }) => headers['x-amz-expected-bucket-owner']))).toEqual(
    new Set([OWNER]),
  );
});

it("nothing is read from or written to somebody else's bucket", async () => {
  trial = await openTrial({ on: 's3' });
  const result = await trial.pull({ 'expected-bucket-owner': '999999999999' });
  expect(result).toMatchObject({ outcome: 'failed', exit_code: 78 });
  expect(result.error?.message).toContain('must belong to account 999999999999');
  expect((await trial.objects()).size).toBe(0);
});
