import { createLogger, type Logger } from '../../src/adapters/terminal/logger.ts';
import type { outputFlags } from '../../src/config/flags.ts';
import type { Values } from '../../src/config/resolve.ts';
import { wantsColour } from '../../src/cli/command.ts';
import { isPrettyLog } from '../../src/cli/ending.ts';
import { display } from './output.ts';

export type OutputConfig = Values<typeof outputFlags>;

/** The log of a command; `write` brings its lines to stderr. */
export async function openLog(config: OutputConfig, write: (lines: string) => unknown): Promise<Logger> {
  const colorize = wantsColour(display, process.env);
  const isPretty = isPrettyLog(config, display);
  // What only a terminal needs is loaded for a terminal only.
  const stream = isPretty
    ? (await import('../../src/adapters/terminal/pretty-log.ts')).prettyLog({ colorize, write })
    : { write };
  return createLogger({ level: config['log-level'], stream });
}

/** Whether a progress display is wanted, and can be seen. */
export function wantsProgress({ progress }: OutputConfig): boolean {
  return progress === 'always' || (progress === 'auto' && display.isTTY);
}

/** Warns that the log's times, and all others, are not the machine's. */
export function warnOfClock(now: number | undefined, log: Logger): void {
  if (now === undefined) return;
  log.warn(`THE CLOCK IS OVERRIDDEN: it shows ${new Date(now).toISOString()}. For trials only`);
}
