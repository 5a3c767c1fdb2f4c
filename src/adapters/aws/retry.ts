import type { EpochMs } from '../../../schemas/columns.ts';
import { backOff, type BackoffPolicy, pause } from '../back-off.ts';
import { type Classification, classifyAwsError } from './errors.ts';
import { unknownRegion } from './unknown-region.ts';

export interface RetryPolicy extends BackoffPolicy {
  readonly maxAttempts: number;
  /** The present, to understand a `Retry-After` given as a date. */
  readonly now: () => EpochMs;
}

/** A try failed and another one follows. */
export interface RetryInfo {
  /** Number of the failed try, from 1. */
  readonly attempt: number;
  readonly error: unknown;
  readonly classification: Classification;
  /** The wait the answer asked for, in milliseconds; backoff comes on top of it. */
  readonly delayMs?: number;
}

export interface RetryHooks {
  readonly onRetry?: (info: RetryInfo) => void;
}

/** Runs a call until it succeeds or must stop; then throws what the last try threw, or the signal's reason. */
export type Retry = <T>(call: () => Promise<T>, hooks?: RetryHooks) => Promise<T>;

/** A server that asks for more than this, in milliseconds, is asked again all the same. */
export const MAX_RETRY_AFTER_MS = 5 * 60_000;

/**
 * The one retry layer: jittered exponential backoff, a `Retry-After` honoured, decided by the table of errors alone.
 * Defaults: `minDelayMs` 200, `maxDelayMs` 20,000.
 */
export function createRetry(policy: RetryPolicy): Retry {
  return (call, hooks) =>
    backOff(policy, { minDelayMs: 200, maxDelayMs: 20_000 }, judged(call), async (error, attempt) => {
      const classification = classifyAwsError(error, policy.now());
      if (classification.action === 'stop') return false;
      const asked = classification.retryAfterMs;
      const delayMs = asked === undefined ? undefined : Math.min(asked, MAX_RETRY_AFTER_MS);
      hooks?.onRetry?.({ attempt, error, classification, ...(delayMs === undefined ? {} : { delayMs }) });
      if (delayMs) await pause(delayMs, policy.signal);
      return true;
    });
}

/** A region that is not there never will be: no further try is of use. */
function judged<T>(call: () => Promise<T>): () => Promise<T> {
  return () =>
    call().catch(async (error: unknown) => {
      throw (await unknownRegion(error)) ?? error;
    });
}
