import type { PullResult } from '../schemas/pull-result.ts';
import { createLogger, type Logger } from '../src/adapters/logger.ts';
import type { Progress } from '../src/adapters/progress.ts';
import type { PullConfig } from '../src/config/pull-config.ts';
import type { Slice } from '../src/domain/slice.ts';
import { DeadlineError } from '../src/errors.ts';
import type { Clock, Report } from '../src/ports.ts';
import { runPull } from '../src/run.ts';
import { sdkRegion } from './backup-clients.ts';
import { clockFrom, systemClock } from './clock.ts';
import { openWorld } from './world.ts';

/** The regions to ask: those configured, or the SDK's own. */
export async function findRegions(config: PullConfig): Promise<readonly string[]> {
  return config.regions.length > 0 ? config.regions : [await sdkRegion()];
}

/** Runs a pull as the command line does: with its clock, log, progress display and deadline. */
export async function pull(config: PullConfig, interrupted: AbortSignal): Promise<PullResult> {
  const slices = config.slicesIn(await findRegions(config));
  const clock = config.now === undefined ? systemClock : clockFrom(config.now);
  const display = await openDisplay(config, slices, clock);
  if (config.now !== undefined) {
    display.log.warn(
      `THE CLOCK IS OVERRIDDEN: it shows ${new Date(config.now).toISOString()}. For trials only`,
    );
  }
  const deadline = startDeadline(config.deadline);
  const signal = AbortSignal.any([interrupted, deadline.signal]);
  const world = await openWorld(config, { clock, signal, report: display.report });
  try {
    return await runPull({ slices, ...settingsOf(config) }, world);
  } finally {
    world.close();
    deadline.cancel();
    display.close();
  }
}

/** How a configuration wants slices to be pulled. */
export function settingsOf(config: PullConfig) {
  const limits = {
    maxPages: config['max-pages'],
    maxRejects: config['max-rejects'],
    minAccounts: config['min-accounts'],
  };
  const { reconcile, concurrency } = config;
  return { limits, reconcile, keepRaw: !config['no-raw'], concurrency, dryRun: config['dry-run'] };
}

interface Display {
  readonly log: Logger;
  readonly report: Report;
  close(): void;
}

async function openDisplay(config: PullConfig, slices: readonly Slice[], clock: Clock): Promise<Display> {
  const terminal = process.stderr.isTTY;
  // What only a terminal needs is loaded for a terminal only.
  const shows = config.progress === 'always' || (config.progress === 'auto' && terminal);
  const progress: Progress | undefined = shows
    ? (await import('../src/adapters/progress.ts')).createProgress({
        stream: process.stderr,
        slices,
        now: clock.now,
      })
    : undefined;
  const write = (lines: string) => (progress ? progress.writeAbove(lines) : process.stderr.write(lines));
  const colorize = terminal && !process.env['NO_COLOR'];
  const isPretty = (config['log-format'] ?? (terminal ? 'pretty' : 'json')) === 'pretty';
  const stream = isPretty
    ? (await import('../src/adapters/pretty-log.ts')).prettyLog({ colorize, write })
    : { write };
  const log = createLogger({ level: config['log-level'], stream });
  return {
    log,
    report(event) {
      log.report(event);
      progress?.report(event);
    },
    close: () => progress?.stop(),
  };
}

function startDeadline(afterMs: number): { readonly signal: AbortSignal; cancel(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DeadlineError(afterMs / 1000)), afterMs);
  return { signal: controller.signal, cancel: () => clearTimeout(timer) };
}
