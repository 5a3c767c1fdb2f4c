import { pause } from '../back-off.ts';

/** Settles requests near the rate a service grants, which nobody publishes, once it has begun to throttle. */
export interface AdaptiveRate {
  /** Waits for a request's turn. Throws the signal's reason once that is aborted. */
  wait(): Promise<void>;
  /** To be told of each answer. */
  answered(throttled: boolean): void;
}

export interface RateOptions {
  readonly signal: AbortSignal;
  /** A clock that only ever goes forward, in seconds. */
  readonly seconds: () => number;
}

/** Nothing is slowed down before so many of the last `LOOK_BACK` answers were throttled: one is no rate. */
const THROTTLED_TO_BEGIN = 2;
const LOOK_BACK = 20;
/** When throttled, the rate falls to this share of itself; */
const CUT = 0.8;
/** comes back to this share of what was too much, */
const SAFE = 0.9;
/** in so many seconds, about, */
const RECOVERY_SECONDS = 3;
/** and then feels its way up by this share a second, */
const GROWTH = 0.01;
/** which doubles by then, in seconds, and goes on growing with the square of the time: what was too much may be long past. */
const PATIENCE_SECONDS = 10;
/** Throttled answers this close together, in seconds, are of one rate: it falls once. */
const ONE_EVENT_SECONDS = 1;
/** Requests a second that are always tried. */
const MIN_RATE = 0.5;
/** Answers of so many seconds tell what is granted. */
const LEARNING_SECONDS = 1;

/**
 * Multiplicative decrease and a slow increase, with a memory of what was too much, as in CUBIC (RFC 9438). The SDK's own
 * limiter is back at that within two seconds and has a tenth of all requests throttled.
 */
export function createAdaptiveRate({ signal, seconds }: RateOptions): AdaptiveRate {
  let answers: { readonly at: number; readonly throttled: boolean }[] = [];
  /** Requests a second; undefined while none was too much. */
  let rate: number | undefined;
  let safe = 0;
  let nextAt = 0;
  let cutAt = 0;
  let changedAt = 0;

  /** The first rate is what was granted of late. Until that is known, only retries wait. */
  function learn(now: number, throttled: boolean): void {
    answers.push({ at: now, throttled });
    if (!throttled) return;
    const last = answers.slice(-LOOK_BACK);
    const isEnough = last.filter((answer) => answer.throttled).length >= THROTTLED_TO_BEGIN;
    if (!isEnough || now - (answers[0]?.at ?? now) < LEARNING_SECONDS) return;
    const recent = answers.filter(({ at }) => at > now - LEARNING_SECONDS);
    const granted = recent.filter((answer) => !answer.throttled).length / LEARNING_SECONDS;
    answers = [];
    slowDown(now, granted, granted);
  }

  function slowDown(now: number, tooMuch: number, next: number): void {
    safe = tooMuch * SAFE;
    rate = Math.max(MIN_RATE, next);
    cutAt = now;
    changedAt = now;
  }

  function speedUp(now: number, current: number): void {
    const passed = now - changedAt;
    const recovery = Math.max(0, safe - current) * (1 - Math.exp(-passed / RECOVERY_SECONDS));
    const growth = GROWTH * (1 + ((now - cutAt) / PATIENCE_SECONDS) ** 2);
    rate = current + recovery + current * growth * passed;
    changedAt = now;
  }

  return {
    async wait() {
      if (rate === undefined) return;
      const now = seconds();
      const turn = Math.max(now, nextAt);
      nextAt = turn + 1 / rate;
      if (turn > now) await pause((turn - now) * 1000, signal);
    },
    answered(throttled) {
      const now = seconds();
      if (rate === undefined) learn(now, throttled);
      else if (!throttled) speedUp(now, rate);
      else if (now - cutAt >= ONE_EVENT_SECONDS) slowDown(now, rate, rate * CUT);
    },
  };
}
