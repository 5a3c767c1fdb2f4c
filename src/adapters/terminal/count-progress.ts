import { createStatusLine, type StatusLineOptions } from './status-line.ts';

/** How many of a known number of files have been gone through. */
export interface Counted {
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

/** One line at the bottom of a terminal that says how much of a ledger has been gone through. */
export function createCountProgress({ stream, now }: Omit<StatusLineOptions, 'text'>) {
  const startedAt = now();
  let counted: Counted = { done: 0, total: 0, rows: 0 };
  const line = createStatusLine({ stream, now, text: (at) => describe(counted, at - startedAt) });
  return {
    report(next: Counted): void {
      counted = next;
      line.update();
    },
    stop: () => line.stop(),
  };
}

function describe({ done, total, rows }: Counted, elapsedMs: number): string {
  const left = done === 0 ? [] : [`about ${Math.ceil(((elapsedMs / done) * (total - done)) / 1000)} s left`];
  const counts = [
    `${done.toLocaleString('en')} of ${total.toLocaleString('en')} files`,
    `${rows.toLocaleString('en')} rows`,
  ];
  return [...counts, ...left].join(' · ');
}
