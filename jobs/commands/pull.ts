import type { PullResult } from '../../schemas/pull-result.ts';
import type { PullConfig } from '../../src/config/commands.ts';
import type { Slice } from '../../src/domain/slice.ts';
import type { Report } from '../../src/ports.ts';
import { pullAll } from '../../src/pull/pull-all.ts';
import { metricLines } from '../../src/pull/metrics.ts';
import { wantsProgress } from '../world/log.ts';
import { findRegions } from '../world/regions.ts';
import { type Session, withSession } from '../world/session.ts';
import { openWorld } from '../world/world.ts';
import { display, stderr } from '../world/output.ts';

/** Runs a pull as the command line does, metrics included. */
export async function pull(
  config: PullConfig,
  interrupted: AbortSignal,
  ending: PullEnding = {},
): Promise<PullResult> {
  const result = await pullSlices(config, interrupted, ending);
  // A dry run has not pulled.
  if (config.metrics === 'emf' && !config['dry-run']) {
    for (const line of metricLines(result)) stderr.write(`${line}\n`);
  }
  return result;
}

export interface PullEnding {
  /** The log leaves out how each slice ended: a summary will say so. */
  readonly spareLog?: boolean;
}

/** Runs a pull with its clock, log, progress display and deadline. */
export function pullSlices(
  config: PullConfig,
  interrupted: AbortSignal,
  { spareLog = false }: PullEnding = {},
): Promise<PullResult> {
  return withSession(config, interrupted, async (session) => {
    const { clock, signal, closing } = session;
    const slices = config.slicesIn(await findRegions(config, signal));
    const log: Report = (event) => {
      if (!(spareLog && event.type === 'slice-finished')) session.log.report(event);
    };
    const report = await openDisplay(config, slices, { ...session, report: log });
    const world = await openWorld(config, slices, { clock, signal, report });
    closing(() => world.close());
    return pullAll({ slices, ...settingsOf(config) }, world);
  });
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

/** Where events are told: the log, and a progress display where one is wanted. */
async function openDisplay(
  config: PullConfig,
  slices: readonly Slice[],
  { clock, closing, logAbove, report }: Session & { readonly report: Report },
): Promise<Report> {
  if (!wantsProgress(config)) return report;
  const { createProgress } = await import('../../src/adapters/terminal/progress.ts');
  const progress = createProgress({ stream: display, slices, now: clock.now });
  closing(() => progress.stop());
  logAbove(progress.writeAbove);
  return (event) => {
    report(event);
    progress.report(event);
  };
}
