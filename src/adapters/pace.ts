import pThrottle from 'p-throttle';

/** Waits until one more request may be sent. Throws the signal's reason once that is aborted. */
export type Pace = () => Promise<void>;

const SECOND_MS = 1000;

/** Lets no more than so many requests go in any second, whoever sends them. */
export function createPace(perSecond: number, signal: AbortSignal): Pace {
  return pThrottle({ limit: perSecond, interval: SECOND_MS, strict: true, signal })(async () => undefined);
}
