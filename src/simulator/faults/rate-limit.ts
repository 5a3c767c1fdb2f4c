/** A token bucket. It is refilled by a timer, so that it runs on real time without reading a clock. */
export interface RateLimit {
  /** Whether one more request may pass. */
  take(): boolean;
  stop(): void;
}

const MIN_TICK_MS = 10;

export function createRateLimit(perSecond: number, burst: number): RateLimit {
  const tickMs = Math.max(MIN_TICK_MS, 1000 / perSecond);
  let tokens = burst;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const refill = (): void => {
    tokens = Math.min(burst, tokens + (perSecond * tickMs) / 1000);
    if (tokens >= burst) stop();
  };
  return {
    stop,
    take: () => {
      if (tokens < 1) return false;
      tokens--;
      timer ??= setInterval(refill, tickMs).unref();
      return true;
    },
  };
}
