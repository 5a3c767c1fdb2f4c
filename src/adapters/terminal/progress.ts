import type { EpochMs } from '../../../schemas/columns.ts';
import { counted } from '../../domain/show.ts';
import { type Slice, sliceName } from '../../domain/slice.ts';
import type { PullEvent } from '../../ports.ts';
import { createStatusLine } from './status-line.ts';

export interface Progress {
  report(event: PullEvent): void;
  /** Writes lines above the display. */
  readonly writeAbove: (lines: string) => void;
  /** Removes the display. */
  stop(): void;
}

export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream;
  readonly slices: readonly Slice[];
  readonly now: () => EpochMs;
}

/** One line at the bottom of a terminal that says how far a pull has come. */
export function createProgress({ stream, slices, now }: ProgressOptions): Progress {
  const count = new PullCount(slices, now());
  const line = createStatusLine({ stream, now, text: (at) => count.line(at) });
  return {
    report(event) {
      count.add(event);
      line.update();
    },
    writeAbove: line.writeAbove,
    stop: () => line.stop(),
  };
}

class PullCount {
  readonly #startedAt: EpochMs;
  readonly #open = new Map<string, Slice>();
  readonly #regions: number;
  /** Pages each slice is expected to have, from its last pull. */
  readonly #expected = new Map<string, number>();
  readonly #read = new Map<string, number>();
  #pages = 0;
  #rows = 0;
  #retries = 0;

  constructor(slices: readonly Slice[], startedAt: EpochMs) {
    this.#startedAt = startedAt;
    for (const slice of slices) this.#open.set(sliceName(slice), slice);
    this.#regions = regionsOf(slices);
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

  line(now: EpochMs): string {
    const done = this.#regions - regionsOf([...this.#open.values()]);
    const parts = [
      `${done} of ${counted(this.#regions, 'region')}`,
      counted(this.#pages, 'page'),
      counted(this.#rows, 'row'),
      ...(this.#retries > 0 ? [`${counted(this.#retries, 'request')} sent again`] : []),
      ...this.#timeLeft(now),
    ];
    return parts.join(' · ');
  }

  /** Known only while every open slice was pulled before: its last pull tells how many pages it has. */
  #timeLeft(now: EpochMs): string[] {
    const open = [...this.#open.keys()];
    if (this.#pages === 0 || open.length === 0 || !open.every((name) => this.#expected.has(name))) return [];
    const left = open.reduce(
      (pages, name) => pages + Math.max(0, (this.#expected.get(name) ?? 0) - (this.#read.get(name) ?? 0)),
      0,
    );
    const seconds = Math.ceil((((now - this.#startedAt) / this.#pages) * left) / 1000);
    return [`about ${seconds} s left`];
  }
}

function regionsOf(slices: readonly Slice[]): number {
  return new Set(slices.map((slice) => slice.region)).size;
}
