import { REPLAY_SCHEMA_VERSION, type ReplayedTable, type ReplayResult } from '../../schemas/replay-result.ts';
import { copyEvidence, copyRecords, prepareTarget } from './copy.ts';
import { planReplay, type ReplayPlan, type ReplayUnit } from './plan.ts';
import { replayUnit } from './unit.ts';
import type { ReplayOptions, ReplayWorld } from './task.ts';
import { counted } from '../domain/show.ts';
import { readManifest } from '../ledger/manifest.ts';
import { UsageError } from '../errors.ts';
import type { Month } from '../domain/day.ts';
import { findUnreadable } from './unreadable.ts';

/** Times a table is gone over again because pulls were published meanwhile. */
const MAX_ROUNDS = 5;

/**
 * Rebuilds partitions from the raw pages of the good pulls that touch them, oldest first, and swaps them in. What a pull
 * without usable raw pages had a say in is reported as incomplete. Throws `UsageError` where there is no
 * ledger, for a pull to exclude that is none and for a target that is not this ledger's, and what the stores throw.
 */
export async function replayLedger(options: ReplayOptions, world: ReplayWorld): Promise<ReplayResult> {
  const startedAt = world.clock.now();
  const manifest = await readManifest(world.source);
  if (!manifest)
    throw new UsageError(['ledger: expected a ledger with its ledger.json, got a place without one']);
  const plan = await planReplay(world.source, options);
  const elsewhere = world.target !== world.source;
  if (elsewhere) {
    await prepareTarget(plan, world);
    await copyEvidence(plan, world);
  }
  const tables: ReplayedTable[] = [];
  for (const { table, region } of plan.units) {
    const replayed = await replayTable(
      { table, region },
      { plan, options, startedAt, firstMonth: manifest.first_month },
      world,
    );
    if (!replayed) continue;
    tables.push(replayed);
    const { written, unchanged } = replayed.partitions;
    world.info(
      `${table} in ${region}: ${counted(replayed.pulls, 'pull')}, ${counted(written, 'partition')} written, ${unchanged} as they were`,
    );
  }
  if (elsewhere) await copyRecords(plan, world);
  for (const { raw, reason } of plan.skipped) world.warn(`${raw} was left out: ${reason}`);
  const unreadable = elsewhere ? [] : await findUnreadable({ plan, options, manifest }, world);
  const isComplete = unreadable.length === 0 && tables.every(({ incomplete }) => incomplete.length === 0);
  return {
    schema_version: REPLAY_SCHEMA_VERSION,
    outcome: isComplete ? 'ok' : 'incomplete',
    exit_code: isComplete ? 0 : 65,
    started_at: new Date(startedAt).toISOString(),
    finished_at: new Date(world.clock.now()).toISOString(),
    tables,
    unreadable,
    skipped: [...plan.skipped],
    withdrawn: [...plan.withdrawn].toSorted(),
  };
}

interface TableTask {
  readonly plan: ReplayPlan;
  readonly options: ReplayOptions;
  readonly startedAt: number;
  readonly firstMonth: Month;
}

/** Goes over a table again while pulls are published into it: what they brought must not be undone. */
async function replayTable(
  name: Pick<ReplayUnit, 'table' | 'region'>,
  { plan, options, startedAt, firstMonth }: TableTask,
  world: ReplayWorld,
): Promise<ReplayedTable | undefined> {
  let current = plan;
  for (let round = 1; ; round++) {
    const unit = unitOf(current, name);
    if (!unit) return undefined;
    const { withdrawn, hashes } = current;
    const replayed = await replayUnit(
      { unit, range: options, withdrawn, hashes, startedAt, firstMonth },
      world,
    );
    if (world.target !== world.source || round === MAX_ROUNDS) return replayed;
    current = await planReplay(world.source, { ...options, regions: [name.region] });
    if (unitOf(current, name)?.pulls.length === unit.pulls.length) return replayed;
  }
}

function unitOf({ units }: ReplayPlan, { table, region }: Pick<ReplayUnit, 'table' | 'region'>) {
  return units.find((unit) => unit.table === table && unit.region === region);
}
