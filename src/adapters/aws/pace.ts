import pThrottle from 'p-throttle';
import { createAdaptiveRate, type RateOptions } from './adaptive-rate.ts';

/** When requests may be sent. */
export interface Pace {
  /** Waits until one more request may be sent. Throws the signal's reason once that is aborted. */
  wait(): Promise<void>;
  /** To be told of each answer. */
  answered(throttled: boolean): void;
}

const SECOND_MS = 1000;

/** Lets no more than so many requests go in any second, whoever sends them. */
export function createLimit(perSecond: number, signal: AbortSignal): () => Promise<void> {
  return pThrottle({ limit: perSecond, interval: SECOND_MS, strict: true, signal })(async () => undefined);
}

/** The rate the service grants, and never more than the limit where there is one. */
export function createPace(options: RateOptions, limit?: () => Promise<void>): Pace {
  const rate = createAdaptiveRate(options);
  return {
    async wait() {
      await rate.wait();
      await limit?.();
    },
    answered: (throttled) => rate.answered(throttled),
  };
}
