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
export async function pull(config: PullConfig, interrupted: AbortSignal): Promise<PullResult> {
  const result = await pullSlices(config, interrupted);
  // A dry run has not pulled.
  if (config.metrics === 'emf' && !config['dry-run']) {
    for (const line of metricLines(result)) stderr.write(`${line}\n`);
  }
  return result;
}

/** Runs a pull with its clock, log, progress display and deadline. */
export function pullSlices(config: PullConfig, interrupted: AbortSignal): Promise<PullResult> {
  return withSession(config, interrupted, async (session) => {
    const { clock, signal, closing } = session;
    const slices = config.slicesIn(await findRegions(config, signal));
    const report = await openDisplay(config, slices, session);
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
async function openDisplay(config: PullConfig, slices: readonly Slice[], session: Session): Promise<Report> {
  const { log, clock, closing, logAbove } = session;
  if (!wantsProgress(config)) return log.report;
  const { createProgress } = await import('../../src/adapters/terminal/progress.ts');
  const progress = createProgress({ stream: display, slices, now: clock.now });
  closing(() => progress.stop());
  logAbove(progress.writeAbove);
  return (event) => {
    log.report(event);
    progress.report(event);
  };
}
