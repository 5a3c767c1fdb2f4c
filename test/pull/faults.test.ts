import { afterEach, expect, it } from 'vitest';
import { expectedRows, openTrial, sliceOf, type Trial, withoutObservation } from '../fixtures/trial.ts';

let trial: Trial;
afterEach(() => trial.close());

const THREE_REGIONS = { region: 'eu-west-1,us-east-1,ap-southeast-2', 'page-size': '50' };

async function expectTruth(regions: readonly string[]): Promise<void> {
  const truth = regions.flatMap((region) => trial.simulator.truth({ kind: 'copy', region }));
  expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth));
}

it('is complete and right through throttling, resets and broken answers', async () => {
  trial = await openTrial();
  trial.simulator.setFaults([
    { fault: 'throttling', share: 0.3 },
    { fault: 'reset', share: 0.05 },
    { fault: 'truncated-body', share: 0.05 },
    { fault: 'truncated-json', share: 0.05 },
    { fault: 'html', share: 0.05 },
    { fault: 'html', status: 503, share: 0.05 },
    { fault: 'unavailable', share: 0.05 },
  ]);
  const result = await trial.pull({ ...THREE_REGIONS, 'max-attempts': '30' });

  expect(result.exit_code).toBe(0);
  const slices = result.slices;
  expect(slices.reduce((sum, slice) => sum + slice.retries, 0)).toBeGreaterThan(5);
  expect(slices.map(({ reconciled }) => reconciled)).toEqual(['matched', 'matched', 'matched']);
  const ONE_PAGE_OF_TOTALS = 1;
  expect(
    slices.every(({ requests, retries, pages }) => requests === pages + ONE_PAGE_OF_TOTALS + retries),
  ).toBe(true);
  await expectTruth(['eu-west-1', 'us-east-1', 'ap-southeast-2']);
});

it('survives an answer that never comes and one that stops halfway', async () => {
  trial = await openTrial();
  trial.simulator.setFaults([
    { fault: 'hang', times: 1 },
    { fault: 'stall', page: 2, times: 1 },
  ]);
  const timeouts = { connect: 2_000, answer: 700 };
  const result = await trial.pull({ 'page-size': '100' }, { timeouts });

  expect(result.exit_code).toBe(0);
  expect(sliceOf(result).retries).toBe(2);
  await expectTruth(['eu-west-1']);
});

it('publishes the other regions when one is dead, and asks to be tried again', async () => {
  trial = await openTrial();
  trial.simulator.setFaults([{ fault: 'unavailable', region: 'us-east-1' }]);
  const result = await trial.pull({ ...THREE_REGIONS, 'max-attempts': '3' });

  expect(result).toMatchObject({ outcome: 'partial', exit_code: 75 });
  expect(sliceOf(result, 'us-east-1')).toMatchObject({
    outcome: 'failed',
    requests: 3,
    retries: 2,
    error: { name: 'RequestError', recovery: 'retry-later' },
  });
  await expectTruth(['eu-west-1', 'ap-southeast-2']);
});

it('asks for an operator when a region is denied, and does not try again', async () => {
  trial = await openTrial();
  trial.simulator.setFaults([{ fault: 'access-denied', region: 'us-east-1' }]);
  const result = await trial.pull(THREE_REGIONS);

  expect(result).toMatchObject({ outcome: 'partial', exit_code: 78 });
  expect(sliceOf(result, 'us-east-1')).toMatchObject({ requests: 1, retries: 0 });
  expect(sliceOf(result, 'us-east-1').error?.message).toContain('AccessDeniedException (403)');
  await expectTruth(['eu-west-1', 'ap-southeast-2']);
});

it('lets the failure that needs a person decide the exit code', async () => {
  trial = await openTrial();
  trial.simulator.setFaults([
    { fault: 'unavailable', region: 'eu-west-1' },
    { fault: 'missing-field', region: 'us-east-1', page: 1 },
  ]);
  const withBadData = await trial.pull({ ...THREE_REGIONS, 'max-attempts': '2' });
  expect(withBadData.exit_code).toBe(65);

  trial.simulator.setFaults([
    { fault: 'missing-field', region: 'us-east-1', page: 1 },
    { fault: 'unrecognized-client', region: 'ap-southeast-2' },
  ]);
  const withDenial = await trial.pull(THREE_REGIONS);
  expect(withDenial.exit_code).toBe(78);
});
