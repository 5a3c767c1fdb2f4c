import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { type LambdaRun, openLambdaRun } from '../fixtures/lambda-run.ts';
import { BUCKET } from '../fixtures/trial.ts';

/** How large a run may be: what Step Functions takes from step to step, in bytes of UTF-8. Source: its quotas. */
const MAX_PAYLOAD = 256 * 1024;

let opened: LambdaRun;
beforeEach(async () => {
  opened = await openLambdaRun();
});
afterEach(() => opened.close());

describe('what the state machine carries', () => {
  const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

  it('is small for 2,000 slices, all of which failed with much to say', async () => {
    const accounts = Array.from({ length: 1_000 }, (_, index) => String(index).padStart(12, '0')).join(',');
    const flags = { accounts, 'assume-role': 'arn:aws:iam::{account}:role/backup-ledger' };
    const planned = await opened.plan(flags);
    expect(planned['slices']).toHaveLength(2_000);
    expect(sizeOf(planned) + sizeOf(flags)).toBeLessThan(MAX_PAYLOAD / 8);
    const plans = [...opened.objects()].filter(([key]) => key.startsWith('plan/'));
    const names = plans.flatMap(([, plan]) => plan as { readonly name: string }[]).map(({ name }) => name);
    const error = { Error: 'FixConfig', Cause: JSON.stringify({ errorMessage: 'denied '.repeat(150) }) };
    const root = `${BUCKET}/prefix-work/runs/${opened.run}/results/`;
    for (let slice = 0; slice < 2_000; slice += 1) {
      const bytes = Buffer.from(JSON.stringify({ slice: names[slice], error }));
      opened.trial.s3?.objects.set(`${root}${String(slice).padStart(6, '0')}.json`, {
        bytes,
        etag: `"${slice}"`,
        lastModified: new Date(),
        headers: {},
      });
    }
    const summary = await opened.summarize();
    expect(summary).toMatchObject({ outcome: 'failed', slices: 2_000, failed_slices: 2_000 });
    expect(sizeOf(planned) + sizeOf(flags) + sizeOf(summary)).toBeLessThan(MAX_PAYLOAD / 2);
    // Of many requests at once nothing is to be warned.
    expect(opened.lambda.log()).not.toContain('MaxListenersExceededWarning');
    // Who wants to know which finds every one of them.
    const { failed } = opened.objects().get('summary.json') as { readonly failed: readonly object[] };
    expect(failed).toHaveLength(2_000);
    expect(failed.at(-1)).toMatchObject({ slice: names.at(-1), error: 'FixConfig' });
    expect(summary['cause']).toContain(`s3://${BUCKET}/prefix-work/runs/${opened.run}/summary.json`);
  });

  it('has room for 300 accounts, 17 regions and 4 kinds', async () => {
    const accounts = Array.from({ length: 300 }, (_, index) => String(index).padStart(12, '0')).join(',');
    const region = Array.from({ length: 17 }, (_, index) => `eu-west-${index + 1}`).join(',');
    const flags = {
      kind: 'all',
      region,
      accounts,
      'assume-role': 'arn:aws:iam::{account}:role/backup-ledger',
    };
    const planned = await opened.plan(flags);
    const slices = planned['slices'] as readonly number[];
    expect(slices).toHaveLength(300 * 17 * kindNames.length);
    // The Map hands on the number of each slice, and nothing else.
    const state = sizeOf(planned) + sizeOf(flags);
    expect(state).toBeLessThan(MAX_PAYLOAD / 2);
    expect(sizeOf(slices)).toBeLessThan(MAX_PAYLOAD / 2);
  });

  it('does not begin with more slices than it can number', async () => {
    const accounts = Array.from({ length: 4_000 }, (_, index) => String(index).padStart(12, '0')).join(',');
    const flags = { kind: 'all', accounts, 'assume-role': 'arn:aws:iam::{account}:role/backup-ledger' };
    const { payload } = await opened.lambda.invoke({ action: 'plan', run: opened.run, flags });
    expect(payload).toMatchObject({
      errorType: 'FixConfig',
      errorMessage: expect.stringContaining('expected at most 30000 slices in a run, got 32000') as string,
    });
  });
});
