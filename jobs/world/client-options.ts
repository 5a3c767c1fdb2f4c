import { agents } from './agents.ts';
import { silenceSdkNotices } from './sdk-notices.ts';

/** How long AWS may take, in milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** Until an answer begins, and between two pieces of it. */
  readonly answer: number;
}

export const defaultTimeouts: Timeouts = { connect: 5_000, answer: 60_000 };

/** Without these the SDK waits for ever, and with `requestTimeout` alone it only warns. */
export function clientOptions(timeouts: Timeouts) {
  silenceSdkNotices();
  return {
    // One retry layer: ours.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: timeouts.connect,
      requestTimeout: timeouts.answer,
      socketTimeout: timeouts.answer,
      throwOnRequestTimeout: true,
      ...agents(),
    },
  };
}
