import { agents } from './agents.ts';

// Which Node the next SDK will need is for us to follow; a log of JSON lines is no place to say it.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** How long AWS may take, in milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** Until an answer begins, and between two pieces of it. */
  readonly answer: number;
}

export const defaultTimeouts: Timeouts = { connect: 5_000, answer: 60_000 };

/** Without these the SDK waits for ever, and with `requestTimeout` alone it only warns. */
export function clientOptions(timeouts: Timeouts) {
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
