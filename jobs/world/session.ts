import type { Logger } from '../../src/adapters/terminal/logger.ts';
import type { LedgerConfig } from '../../src/config/ledger-config.ts';
import type { Clock } from '../../src/ports.ts';
import { openClock } from './clock.ts';
import { startDeadline } from './deadline.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { openLog, type OutputConfig, warnOfClock } from './log.ts';
import { display } from './output.ts';

export interface SessionConfig extends OutputConfig {
  readonly deadline: number;
  /** What the clock shows, in a trial. */
  readonly now: number | undefined;
}

/** What every command works with, from its first log line to its end. */
export interface Session {
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborts when the run is interrupted, or its time is over. */
  readonly signal: AbortSignal;
  /** Opens a place a ledger lies in, until the session ends. `region` is where its bucket is looked for if the SDK knows none. */
  readonly openLedger: (config: LedgerConfig, region?: string) => Promise<Ledger>;
  /** From now on the log's lines are written by a display on the terminal, above itself. */
  readonly logAbove: (write: (lines: string) => unknown) => void;
  /** Closes something when the session ends, however it ends; the last opened is closed first. */
  readonly closing: (close: () => void) => void;
}

/**
 * Runs a command's work with a clock, a log and a deadline, and closes what it opened. Throws what the work throws, or the
 * reason for which it was stopped.
 */
export async function withSession<T>(
  config: SessionConfig,
  interrupted: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const clock = openClock(config.now);
  let write: (lines: string) => unknown = (lines) => display.write(lines);
  const log = await openLog(config, (lines) => write(lines));
  warnOfClock(config.now, log);
  const deadline = startDeadline(config.deadline, interrupted);
  const { signal } = deadline;
  const closers = [() => deadline.cancel()];
  const closing = (close: () => void) => void closers.push(close);
  try {
    return await work({
      clock,
      log,
      signal,
      closing,
      logAbove: (above) => (write = above),
      async openLedger(place, region) {
        const ledger = await openLedger(place, { clock, signal }, region);
        closing(() => ledger.close());
        return ledger;
      },
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    for (const close of closers.toReversed()) close();
  }
}
