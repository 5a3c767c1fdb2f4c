import { counted } from '../../domain/show.ts';
import { createStatusLine, type StatusLineOptions } from './status-line.ts';

/** How many of a known number of files have been read. */
export interface FileCount {
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

/** One line at the bottom of a terminal that says how much of a ledger has been read. */
export function createCountProgress({ stream, now }: Omit<StatusLineOptions, 'text'>) {
  const startedAt = now();
  let count: FileCount = { done: 0, total: 0, rows: 0 };
  const line = createStatusLine({ stream, now, text: (at) => describe(count, at - startedAt) });
  return {
    report(next: FileCount): void {
      count = next;
      line.update();
    },
    stop: () => line.stop(),
  };
}

function describe({ done, total, rows }: FileCount, elapsedMs: number): string {
  const left = done === 0 ? [] : [`about ${Math.ceil(((elapsedMs / done) * (total - done)) / 1000)} s left`];
  const counts = [`${done.toLocaleString('en')} of ${counted(total, 'file')}`, counted(rows, 'row')];
  return [...counts, ...left].join(' · ');
}
