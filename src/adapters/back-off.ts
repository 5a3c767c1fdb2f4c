import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { LostRaceError } from '../errors.ts';

export interface BackoffPolicy {
  /** Tries in all, the first included. */
  readonly maxAttempts?: number;
  /** Shortest wait before the second try, in milliseconds; it doubles with each try. */
  readonly minDelayMs?: number;
  /** Longest wait between two tries, in milliseconds. */
  readonly maxDelayMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs an attempt again while it returns `undefined`, which says that another writer came first.
 * Defaults: `maxAttempts` 20, `minDelayMs` 50, `maxDelayMs` 5,000. Whatever the attempt throws ends it.
 *
 * @throws {@link LostRaceError} naming `key` when every attempt lost.
 */
export function retryLostRaces(
  policy: BackoffPolicy = {},
): <T>(key: string, attempt: () => Promise<T | undefined>) => Promise<T> {
  const { maxAttempts = 20 } = policy;
  return (key, attempt) => {
    const lost = new LostRaceError(key, maxAttempts);
    const race = async () => {
      const won = await attempt();
      if (won === undefined) throw lost;
      return won;
    };
    const defaults = { minDelayMs: 50, maxDelayMs: 5_000 };
    return backOff({ ...policy, maxAttempts }, defaults, race, async (error) => error === lost);
  };
}

/** Waits so many milliseconds; an aborted signal ends the wait by throwing its reason. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await sleep(ms, undefined, signal ? { signal } : {}).catch((thrown: unknown) => {
    throw signal?.aborted ? signal.reason : thrown;
  });
}

/** p-retry judges some errors by their class; wrapped, all of them are judged by `again`. */
class Failure extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super();
    this.thrown = thrown;
  }
}

/**
 * Jittered exponential back-off by p-retry, while `again` says so. Throws what the last try threw, or the signal's reason.
 * `again` is asked only while tries are left.
 */
export async function backOff<T>(
  policy: BackoffPolicy & { readonly maxAttempts: number },
  defaults: { readonly minDelayMs: number; readonly maxDelayMs: number },
  call: () => Promise<T>,
  again: (error: unknown, attempt: number) => Promise<boolean>,
): Promise<T> {
  const { maxAttempts, minDelayMs = defaults.minDelayMs, maxDelayMs = defaults.maxDelayMs, signal } = policy;
  let last: Failure | undefined;
  const marking = async () => {
    try {
      return await call();
    } catch (thrown) {
      last = new Failure(thrown);
      throw last;
    }
  };
  try {
    return await pRetry(marking, {
      retries: maxAttempts - 1,
      minTimeout: minDelayMs,
      maxTimeout: maxDelayMs,
      randomize: true,
      ...(signal ? { signal } : {}),
      // Asked only while tries are left, unlike onFailedAttempt: so "will retry" can be said here.
      shouldRetry: async ({ error, attemptNumber }) =>
        !signal?.aborted && error instanceof Failure && again(error.thrown, attemptNumber),
    });
  } catch (error) {
    if (signal?.aborted && signal.reason instanceof Error) throw signal.reason;
    // From version 8 on p-retry throws the reason, whatever it is, in place of what the call threw.
    const failure = error instanceof Failure || !signal?.aborted ? error : (last ?? error);
    throw failure instanceof Failure ? failure.thrown : failure;
  }
}
