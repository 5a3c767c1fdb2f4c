import type { Slice } from '../domain/slice.ts';
import type { Report, RequestHooks } from '../ports.ts';

/** Counts what happens on the way to one slice's last page, and tells of it as it happens. */
export class SliceLog {
  requests = 0;
  retries = 0;
  restarts = 0;
  readonly warnings: string[] = [];
  readonly #slice: Slice;
  readonly #report: Report;

  constructor(slice: Slice, report: Report) {
    this.#slice = slice;
    this.#report = report;
  }

  readonly hooks: RequestHooks = {
    onRequest: () => {
      this.requests += 1;
    },
    onRetry: (attempt, reason) => {
      this.retries += 1;
      this.#report({ type: 'retry', slice: this.#slice, attempt, reason });
    },
  };

  readonly restarted = (reason: string): void => {
    this.restarts += 1;
    this.#report({ type: 'restart', slice: this.#slice, reason });
  };

  /** Says what is new, and no reason to act. */
  note(message: string): void {
    this.#report({ type: 'note', slice: this.#slice, message });
  }

  warn(message: string): void {
    this.warnings.push(message);
    this.#report({ type: 'warning', slice: this.#slice, message });
  }
}
