import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** Stores that look like S3 and can never hold a ledger, and answers that are none. */

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial({ on: 's3', summaries: 20 });
});
afterEach(() => trial.close());

describe('a store', () => {
  it('without conditional writes is told as such, at once', async () => {
    trial.s3?.setFault(({ operation }) =>
      operation === 'PutObject' ? { status: 501, code: 'NotImplemented' } : undefined,
    );
    const { exit_code, error } = await trial.pull();
    expect(exit_code).toBe(78);
    expect(error?.message).toContain('this store has no conditional writes');
    expect(trial.s3?.requests.filter(({ operation }) => operation === 'PutObject')).toHaveLength(1);
  });

  it('whose listing is empty text has no empty ledger', async () => {
    await trial.pull();
    trial.s3?.setFault(({ operation }) =>
      operation === 'ListObjectsV2' ? { status: 200, code: 'OK', body: '' } : undefined,
    );
    await expect(trial.verify({ 'max-attempts': '2' })).rejects.toMatchObject({
      recovery: 'retry-later',
      message: expect.stringContaining('the answer holds no listing') as string,
    });
  });
});
