import type { PullResult } from '../../schemas/pull-result.ts';
import type { Logger } from '../../src/adapters/terminal/logger.ts';
import type { Progress } from '../../src/adapters/terminal/progress.ts';
import type { PullConfig } from '../../src/config/pull-config.ts';
import type { Slice } from '../../src/domain/slice.ts';
import type { Clock, Report } from '../../src/ports.ts';
import { runPull } from '../../src/pull/run.ts';
import { metricLines } from '../../src/pull/metrics.ts';
import { startDeadline } from '../world/deadline.ts';
import { openClock, openLog, sayClock, showsProgress } from '../world/log.ts';
import { findRegions } from '../world/regions.ts';
import { openWorld } from '../world/world.ts';

/** Runs a pull as the command line does, metrics included. */
export async function pull(config: PullConfig, interrupted: AbortSignal): Promise<PullResult> {
  const result = await pullSlices(config, interrupted);
  // A dry run has not pulled.
  if (config.metrics === 'emf' && !config['dry-run']) {
    for (const line of metricLines(result)) process.stderr.write(`${line}\n`);
  }
  return result;
}

/** Runs a pull with its clock, log, progress display and deadline. */
export async function pullSlices(config: PullConfig, interrupted: AbortSignal): Promise<PullResult> {
  const deadline = startDeadline(config.deadline, interrupted);
  const slices = config.slicesIn(await findRegions(config, deadline.signal));
  const clock = openClock(config.now);
  const display = await openDisplay(config, slices, clock);
  sayClock(config.now, display.log);
  const { signal } = deadline;
  const world = await openWorld(config, slices, { clock, signal, report: display.report });
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
  const progress: Progress | undefined = showsProgress(config)
    ? (await import('../../src/adapters/terminal/progress.ts')).createProgress({
        stream: process.stderr,
        slices,
        now: clock.now,
      })
    : undefined;
  const log = await openLog(config, progress?.writeAbove);
  return {
    log,
    report(event) {
      log.report(event);
      progress?.report(event);
    },
    close: () => progress?.stop(),
  };
}
