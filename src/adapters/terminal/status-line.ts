import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import type { EpochMs } from '../../../schemas/columns.ts';
import { timeSpan } from '../../domain/show.ts';
import { cut } from './cells.ts';

/** Shortest time between two drawings, in milliseconds. */
const REDRAW_MS = 80;
/** Where nobody says how wide a line may be. */
const DEFAULT_WIDTH = 80;
const BETWEEN = ' · ';

/** One line at the bottom of a terminal. */
export interface StatusLine {
  /** Draws it again, unless that was done a moment ago. */
  update(): void;
  /** Writes lines above it. */
  readonly writeAbove: (lines: string) => void;
  /** Removes it. */
  stop(): void;
}

export interface StatusLineOptions {
  readonly stream: NodeJS.WritableStream & { readonly columns?: number };
  readonly now: () => EpochMs;
  /** What it says at an instant, the most wanted first: the last are left out where the terminal is too narrow. */
  readonly parts: (now: EpochMs) => readonly string[];
}

export function createStatusLine({ stream, now, parts }: StatusLineOptions): StatusLine {
  const update = createLogUpdate(stream);
  const draw = (at: EpochMs) => update(fitting(parts(at), stream.columns ?? DEFAULT_WIDTH));
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    update() {
      if (now() - drawnAt < REDRAW_MS) return;
      drawnAt = now();
      draw(drawnAt);
    },
    writeAbove(lines) {
      update.clear();
      stream.write(lines);
      draw(now());
    },
    stop: () => update.clear(),
  };
}

function fitting(parts: readonly string[], width: number): string {
  const text = parts.join(BETWEEN);
  if (parts.length > 1 && stringWidth(text) >= width) return fitting(parts.slice(0, -1), width);
  return cut(text, width - 1);
}

/** When as much as was done in a time is known, and what is left: `about 12 s left`. */
export function timeLeft(elapsedMs: number, done: number, left: number): string {
  const seconds = Math.ceil(((elapsedMs / done) * left) / 1000);
  return `about ${seconds < 60 ? `${seconds} s` : timeSpan(seconds * 1000)} left`;
}
