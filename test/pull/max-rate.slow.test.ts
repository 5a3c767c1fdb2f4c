import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** AWS grants ten requests a second to each region, all of its calls together. */
const GRANTED = 10;

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial({ summaries: 400 });
  trial.simulator.setFaults([{ fault: 'rate-limit', perSecond: GRANTED, burst: GRANTED }]);
});
afterEach(() => trial.close());

const pull = (flags: Readonly<Record<string, unknown>> = {}) =>
  trial.pull({
    kind: 'copy,backup',
    region: 'eu-west-1',
    'page-size': 20,
    reconcile: 'off',
    'max-attempts': 50,
    ...flags,
  });

const retriesOf = ({ slices }: Awaited<ReturnType<typeof pull>>) =>
  slices.reduce((sum, { retries }) => sum + retries, 0);

describe('--max-rate', () => {
  it('is kept by all slices of a region together: below what AWS grants nothing is throttled', async () => {
    const result = await pull({ 'max-rate': GRANTED - 2 });
    expect([result.outcome, retriesOf(result)]).toEqual(['ok', 0]);
    expect(result.slices.reduce((sum, { requests }) => sum + requests, 0)).toBeGreaterThan(3 * GRANTED);
  });

  it('is not needed: without it the rate settles near what AWS grants, few requests above it', async () => {
    const backoff = { minDelayMs: 200, maxDelayMs: 20_000 };
    const flags = { kind: 'copy', region: 'eu-west-1', 'page-size': 3, reconcile: 'off' };
    const result = await trial.pull(flags, { backoff });
    expect(result.outcome).toBe('ok');
    const requests = result.slices.reduce((sum, slice) => sum + slice.requests, 0);
    expect(requests).toBeGreaterThan(100);
    expect(retriesOf(result)).toBeGreaterThan(0);
    expect(retriesOf(result) / requests).toBeLessThan(0.12);
  });

  it('is of each region: two are twice as fast', async () => {
    const began = trial.simulator.requests.total;
    const result = await pull({ 'max-rate': GRANTED - 2, region: 'eu-west-1,us-east-1' });
    expect([result.outcome, retriesOf(result)]).toEqual(['ok', 0]);
    expect(trial.simulator.requests.total - began).toBeGreaterThan(6 * GRANTED);
  });

  it('does not keep a pull that was stopped waiting', async () => {
    const signal = AbortSignal.timeout(300);
    const flags = { kind: 'copy', region: 'eu-west-1', 'page-size': 5, 'max-rate': 1 };
    expect((await trial.pull(flags, { signal })).outcome).toBe('failed');
  });
});
