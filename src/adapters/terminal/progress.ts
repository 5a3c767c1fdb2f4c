import type { EpochMs } from '../../../schemas/columns.ts';
import { counted } from '../../domain/show.ts';
import { type Slice, sliceName } from '../../domain/slice.ts';
import type { PullEvent } from '../../ports.ts';
import { createStatusLine, type StatusLineOptions, timeLeft } from './status-line.ts';

export interface Progress {
  report(event: PullEvent): void;
  /** Writes lines above the display. */
  readonly writeAbove: (lines: string) => void;
  /** Removes the display. */
  stop(): void;
}

export interface ProgressOptions extends Omit<StatusLineOptions, 'parts'> {
  readonly slices: readonly Slice[];
}

/** One line at the bottom of a terminal that says how far a pull has come. */
export function createProgress({ stream, slices, now }: ProgressOptions): Progress {
  const count = new PullCount(slices, now());
  const line = createStatusLine({ stream, now, parts: (at) => count.parts(at) });
  return {
    report(event) {
      count.add(event);
      line.update();
    },
    writeAbove: line.writeAbove,
    stop: () => line.stop(),
  };
}

/** Before this, in milliseconds, a rate says nothing. */
const FIRST_RATE_MS = 1_000;

class PullCount {
  readonly #startedAt: EpochMs;
  readonly #slices: number;
  readonly #open: Set<string>;
  /** Pages each slice is expected to have, from its last pull. */
  readonly #expected = new Map<string, number>();
  readonly #read = new Map<string, number>();
  #pages = 0;
  #rows = 0;
  #retries = 0;

  constructor(slices: readonly Slice[], startedAt: EpochMs) {
    this.#startedAt = startedAt;
    this.#slices = slices.length;
    this.#open = new Set(slices.map(sliceName));
  }

  add(event: PullEvent): void {
    const name = sliceName(event.slice);
    if (event.type === 'slice-started' && event.expectedPages) this.#expected.set(name, event.expectedPages);
    if (event.type === 'retry') this.#retries += 1;
    if (event.type === 'slice-finished') this.#open.delete(name);
    if (event.type !== 'page') return;
    this.#pages += 1;
    this.#rows += event.rows;
    this.#read.set(name, event.page);
  }

  parts(now: EpochMs): string[] {
    const elapsed = now - this.#startedAt;
    const done = this.#slices - this.#open.size;
    return [
      `${done.toLocaleString('en')} of ${counted(this.#slices, 'slice')}`,
      ...this.#timeLeft(elapsed),
      counted(this.#pages, 'page'),
      counted(this.#rows, 'row'),
      ...(elapsed < FIRST_RATE_MS
        ? []
        : [`${Math.round((this.#rows / elapsed) * 1000).toLocaleString('en')} rows/s`]),
      ...(this.#retries > 0 ? [`${counted(this.#retries, 'request')} sent again`] : []),
    ];
  }

  /** Known only while every open slice was pulled before: its last pull tells how many pages it has. */
  #timeLeft(elapsed: number): string[] {
    const open = [...this.#open];
    if (this.#pages === 0 || open.length === 0 || !open.every((name) => this.#expected.has(name))) return [];
    const left = open.reduce(
      (pages, name) => pages + Math.max(0, (this.#expected.get(name) ?? 0) - (this.#read.get(name) ?? 0)),
      0,
    );
    return [timeLeft(elapsed, this.#pages, left)];
  }
}
