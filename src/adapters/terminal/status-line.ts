import { createLogUpdate } from 'log-update';
import type { EpochMs } from '../../../schemas/columns.ts';

/** Shortest time between two drawings, in milliseconds. */
const REDRAW_MS = 80;

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
  readonly stream: NodeJS.WritableStream;
  readonly now: () => EpochMs;
  /** What it says at an instant. */
  readonly text: (now: EpochMs) => string;
}

export function createStatusLine({ stream, now, text }: StatusLineOptions): StatusLine {
  const draw = createLogUpdate(stream);
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    update() {
      if (now() - drawnAt < REDRAW_MS) return;
      drawnAt = now();
      draw(text(drawnAt));
    },
    writeAbove(lines) {
      draw.clear();
      stream.write(lines);
      draw(text(now()));
    },
    stop: () => draw.clear(),
  };
}
