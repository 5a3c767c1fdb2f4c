import { setMaxListeners } from 'node:events';
import { DeadlineError } from '../../src/errors.ts';

export interface Deadline {
  /** Aborts when the run was interrupted, or its time is over. */
  readonly signal: AbortSignal;
  cancel(): void;
}

export function startDeadline(afterMs: number, interrupted: AbortSignal): Deadline {
  const controller = new AbortController();
  // A run that ended early, in whatever way, does not wait for its deadline.
  const timer = setTimeout(() => controller.abort(new DeadlineError(afterMs / 1000)), afterMs).unref();
  const signal = AbortSignal.any([interrupted, controller.signal]);
  // Every request and retry listens to it: Node warns of eleven.
  setMaxListeners(0, signal);
  return {
    signal,
    cancel: () => clearTimeout(timer),
  };
}
