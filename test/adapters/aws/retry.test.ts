import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BrokenTransferError } from '../../../src/adapters/aws/errors.ts';
import {
  createRetry,
  MAX_RETRY_AFTER_MS,
  type RetryInfo,
  type RetryPolicy,
} from '../../../src/adapters/aws/retry.ts';
import { pause, retryLostRaces } from '../../../src/adapters/back-off.ts';
import { DeadlineError, InterruptedError, LostRaceError, StoreError } from '../../../src/errors.ts';

const NOW = Date.parse('2026-11-23T03:00:00Z');

function aRetry(policy: Partial<RetryPolicy> = {}) {
  return createRetry({ maxAttempts: 4, minDelayMs: 1, maxDelayMs: 2, now: () => NOW, ...policy });
}

/** Throws these values in turn, then returns `ok`. */
function failing(...thrown: unknown[]) {
  let calls = 0;
  const call = async () => {
    calls++;
    // oxlint-disable-next-line typescript/only-throw-error -- others do throw such things
    if (thrown.length > 0) throw thrown.shift();
    return 'ok';
  };
  return { call, calls: () => calls };
}

function throttled(retryAfter?: string): Error {
  return Object.assign(new Error('slow down'), {
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
    ...(retryAfter === undefined ? {} : { $response: { headers: { 'retry-after': retryAfter } } }),
  });
}

/** Milliseconds at which each try began. */
async function startsOf(retry: ReturnType<typeof createRetry>, tries: number): Promise<number[]> {
  const begin = Date.now();
  const starts: number[] = [];
  const done = retry(async () => {
    starts.push(Date.now() - begin);
    if (starts.length < tries) throw throttled();
  });
  await vi.runAllTimersAsync();
  await done;
  return starts;
}

describe('a call', () => {
  it('is tried again until it succeeds', async () => {
    const { call, calls } = failing(throttled(), new BrokenTransferError('cut'), throttled());
    expect(await aRetry()(call)).toBe('ok');
    expect(calls()).toBe(4);
  });

  it('is tried maxAttempts times, then throws what it last threw', async () => {
    const last = throttled();
    const { call, calls } = failing(throttled(), throttled(), throttled(), last, throttled());
    await expect(aRetry()(call)).rejects.toBe(last);
    expect(calls()).toBe(4);
  });

  it.each([1, 2])('can be given %i tries', async (maxAttempts) => {
    const { call, calls } = failing(throttled(), throttled(), throttled());
    await expect(aRetry({ maxAttempts })(call)).rejects.toThrow('slow down');
    expect(calls()).toBe(maxAttempts);
  });

  it.each([
    ['an unknown error', new Error('?')],
    ['a programming error', new TypeError('x is not a function')],
    ['an error of ours', new StoreError('retry-later', 'no')],
    ['a string', 'thrown as text'],
    ['undefined', undefined],
  ])('that throws %s stops at once and throws just that', async (_, thrown) => {
    const { call, calls } = failing(thrown);
    const outcome = await aRetry()(call).catch((error: unknown) => ({ thrown: error }));
    expect(outcome).toEqual({ thrown });
    expect(calls()).toBe(1);
  });

  it('is judged by the table alone: a TypeError of status 503 is tried again', async () => {
    const error = Object.assign(new TypeError('odd'), { $metadata: { httpStatusCode: 503 } });
    const { call, calls } = failing(error);
    expect(await aRetry()(call)).toBe('ok');
    expect(calls()).toBe(2);
  });

  it('that throws before it returns a promise fails like any other', async () => {
    const { call, calls } = failing(throttled());
    let first = true;
    const impatient = () => {
      if (first) {
        first = false;
        throw throttled();
      }
      return call();
    };
    expect(await aRetry()(impatient)).toBe('ok');
    expect(calls()).toBe(2);
  });
});

describe('onRetry', () => {
  it('is told of each failure that another try follows, and of no other', async () => {
    const told: RetryInfo[] = [];
    const first = throttled('0');
    const { call } = failing(first, throttled(), new Error('?'));
    await expect(aRetry()(call, { onRetry: (info) => told.push(info) })).rejects.toThrow('?');
    expect(told.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(told[0]).toMatchObject({
      error: first,
      delayMs: 0,
      classification: { name: 'ThrottlingException' },
    });
    expect(told[1]).not.toHaveProperty('delayMs');
  });

  it('is not told of the last failure', async () => {
    const onRetry = vi.fn<(info: RetryInfo) => void>();
    const { call } = failing(throttled(), throttled());
    await expect(aRetry({ maxAttempts: 2 })(call, { onRetry })).rejects.toThrow('slow down');
    expect(onRetry).toHaveBeenCalledTimes(1);
  });
});

describe('the wait', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('doubles, with jitter, up to its limit', async () => {
    const starts = await startsOf(aRetry({ maxAttempts: 7, minDelayMs: 100, maxDelayMs: 1_000 }), 7);
    const waits = starts.slice(1).map((start, at) => start - (starts[at] ?? 0));
    const least = [100, 200, 400, 800, 1_000, 1_000];
    for (const [at, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(least[at] ?? 0);
      expect(wait).toBeLessThanOrEqual(Math.min(1_000, 2 * (least[at] ?? 0)));
    }
  });

  it('is not the same for all who wait', async () => {
    const waits = new Set<number>();
    for (let time = 0; time < 20; time++) {
      waits.add((await startsOf(aRetry({ minDelayMs: 1_000, maxDelayMs: 9_000 }), 2))[1] ?? 0);
    }
    expect(waits.size).toBeGreaterThan(5);
  });
});

describe('Retry-After', () => {
  it('is waited for at least', async () => {
    const { call } = failing(throttled('1'));
    const begin = performance.now();
    await aRetry()(call);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(995);
  });

  it.each([
    ['86400', MAX_RETRY_AFTER_MS],
    ['Mon, 23 Nov 2026 03:00:30 GMT', 30_000],
  ])('%s is a wait of %i ms, which an aborted signal ends', async (header, delayMs) => {
    const abort = new AbortController();
    const reason = new DeadlineError(900);
    const told: RetryInfo[] = [];
    const onRetry = (info: RetryInfo) => {
      told.push(info);
      setTimeout(() => abort.abort(reason), 10);
    };
    const { call, calls } = failing(throttled(header));
    await expect(aRetry({ signal: abort.signal })(call, { onRetry })).rejects.toBe(reason);
    expect(told[0]?.delayMs).toBe(delayMs);
    expect(calls()).toBe(1);
  });
});

describe('an aborted signal', () => {
  const reason = new InterruptedError('SIGTERM');

  it('lets no call begin', async () => {
    const { call, calls } = failing();
    await expect(aRetry({ signal: AbortSignal.abort(reason) })(call)).rejects.toBe(reason);
    expect(calls()).toBe(0);
  });

  it('ends the wait between two tries', async () => {
    const abort = new AbortController();
    const { call, calls } = failing(throttled());
    setTimeout(() => abort.abort(reason), 20);
    await expect(aRetry({ signal: abort.signal, minDelayMs: 20_000, maxDelayMs: 20_000 })(call)).rejects.toBe(
      reason,
    );
    expect(calls()).toBe(1);
  });

  it('gives its reason in place of whatever the call threw for it', async () => {
    const abort = new AbortController();
    const onRetry = vi.fn<(info: RetryInfo) => void>();
    const call = async () => {
      abort.abort(reason);
      throw throttled();
    };
    await expect(aRetry({ signal: abort.signal })(call, { onRetry })).rejects.toBe(reason);
    expect(onRetry).not.toHaveBeenCalled();
  });

  it('without an error for a reason leaves the call’s own error', async () => {
    const abort = new AbortController();
    const error = Object.assign(new Error('Request aborted'), { name: 'AbortError' });
    const call = async () => {
      abort.abort('enough');
      throw error;
    };
    await expect(aRetry({ signal: abort.signal })(call)).rejects.toBe(error);
  });
});

describe('retryLostRaces', () => {
  const quick = { minDelayMs: 1, maxDelayMs: 2 };

  it('runs an attempt again while it loses', async () => {
    const outcomes = [undefined, undefined, 'won'];
    expect(await retryLostRaces(quick)('key', async () => outcomes.shift())).toBe('won');
    expect(outcomes).toEqual([]);
  });

  it.each(['', 0, false, null])('takes %j for a win', async (value) => {
    expect(await retryLostRaces(quick)('key', async () => value)).toBe(value);
  });

  it('gives up after 20 attempts, naming the key', async () => {
    const attempt = vi.fn<() => Promise<string | undefined>>(async () => undefined);
    const error = await retryLostRaces(quick)('pulls/1.json', attempt).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LostRaceError);
    expect((error as Error).message).toBe('pulls/1.json: other writers came first 20 times; try again later');
    expect(attempt).toHaveBeenCalledTimes(20);
  });

  it.each([new TypeError('bug'), throttled(), new LostRaceError('another', 3)])(
    'is ended by anything thrown: %s',
    async (error) => {
      const { call, calls } = failing(error);
      await expect(retryLostRaces(quick)('key', call)).rejects.toBe(error);
      expect(calls()).toBe(1);
    },
  );

  it('is ended by an aborted signal, with its reason', async () => {
    const abort = new AbortController();
    const reason = new InterruptedError('SIGINT');
    setTimeout(() => abort.abort(reason), 20);
    const endless = retryLostRaces({ minDelayMs: 10_000, maxDelayMs: 10_000, signal: abort.signal });
    await expect(endless('key', async () => undefined)).rejects.toBe(reason);
  });
});

describe('pause', () => {
  it('waits, and is ended by an aborted signal with its reason', async () => {
    await pause(1);
    const reason = new InterruptedError('SIGINT');
    await expect(pause(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
