import { counted } from '../../domain/show.ts';
import { createStatusLine, type StatusLineOptions, timeLeft } from './status-line.ts';

/** How many of a known number of files have been read. */
export interface FileCount {
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

/** One line at the bottom of a terminal that says how much of a ledger has been read. */
export function createCountProgress({ stream, now }: Omit<StatusLineOptions, 'parts'>) {
  const startedAt = now();
  let count: FileCount = { done: 0, total: 0, rows: 0 };
  const line = createStatusLine({ stream, now, parts: (at) => partsOf(count, at - startedAt) });
  return {
    report(next: FileCount): void {
      count = next;
      line.update();
    },
    stop: () => line.stop(),
  };
}

function partsOf({ done, total, rows }: FileCount, elapsedMs: number): string[] {
  const left = done === 0 ? [] : [timeLeft(elapsedMs, done, total - done)];
  return [`${done.toLocaleString('en')} of ${counted(total, 'file')}`, ...left, counted(rows, 'row')];
}
