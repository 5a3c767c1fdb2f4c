import pMap from 'p-map';
import { type PullResult, SCHEMA_VERSION } from '../../schemas/pull-result.ts';
import { groupBy } from '../domain/group-by.ts';
import type { Slice } from '../domain/slice.ts';
import { asLedgerError, byUrgency, exitCodes, InterruptedError, type LedgerError } from '../errors.ts';
import { type PulledRegion, pullRegion } from './pull-region.ts';
import { applyBindings, MANIFEST, planBindings, type Manifest } from '../ledger/manifest.ts';
import type { PullSettings, PullWorld } from './pull-world.ts';

export interface RunOptions extends PullSettings {
  readonly slices: readonly Slice[];
  /** Slices pulled side by side. */
  readonly concurrency: number;
}

/** Pulls every slice; one that fails never stops another. Never throws: a failure is a result. */
export async function pullAll(options: RunOptions, world: PullWorld): Promise<PullResult> {
  const startedAt = world.clock.now();
  let pulled: readonly PulledRegion[] = [];
  let error: LedgerError | undefined;
  try {
    pulled = await pullRegions(options, world);
  } catch (thrown) {
    error = asLedgerError(world.signal.aborted ? world.signal.reason : thrown);
  }
  const slices = pulled.flatMap((region) => region.slices);
  const failures = error ? [error] : slices.flatMap((slice) => slice.error ?? []);
  return {
    schema_version: SCHEMA_VERSION,
    outcome: runOutcomeOf(error ? 1 : slices.length, failures.length),
    exit_code: runExitCodeOf(failures),
    started_at: new Date(startedAt).toISOString(),
    finished_at: new Date(world.clock.now()).toISOString(),
    slices: slices.map((slice) => slice.result),
    ...(options.dryRun && { plan: pulled.flatMap(({ plan }) => plan) }),
    ...(error && { error: { name: error.name, message: error.message, recovery: error.recovery } }),
  };
}

async function pullRegions(
  { slices, concurrency, ...settings }: RunOptions,
  world: PullWorld,
): Promise<PulledRegion[]> {
  const { first_month: firstMonth } = await bindTables(slices, world, settings.dryRun);
  const groups = [...groupBy(slices, partitionsOf).values()];
  const regionConcurrency = Math.max(1, Math.min(concurrency, groups.length));
  const sliceConcurrency = Math.max(1, Math.floor(concurrency / regionConcurrency));
  const options = { ...settings, firstMonth, concurrency: sliceConcurrency };
  return pMap(groups, (group) => pullRegion(group, world, options), { concurrency: regionConcurrency });
}

/** What slices have in common that write the same partitions: all but their scope. */
function partitionsOf({ table, aggregationPeriod, region }: Slice): string {
  return JSON.stringify([table, aggregationPeriod, region]);
}

async function bindTables(slices: readonly Slice[], world: PullWorld, dryRun: boolean): Promise<Manifest> {
  return world.retryLostRaces(MANIFEST, async () => {
    const plan = await planBindings(world.store, slices, world.clock.now());
    const isBound = !plan.isChanged || dryRun || (await applyBindings(world.store, plan));
    return isBound ? plan.manifest : undefined;
  });
}

function runOutcomeOf(slices: number, failures: number): PullResult['outcome'] {
  if (failures === 0) return 'ok';
  return failures < slices ? 'partial' : 'failed';
}

function runExitCodeOf(failures: readonly LedgerError[]): PullResult['exit_code'] {
  const interrupted = failures.find((failure) => failure instanceof InterruptedError);
  if (interrupted) return interrupted.exitCode;
  const recovery = byUrgency.find((urgent) => failures.some((failure) => failure.recovery === urgent));
  return recovery ? exitCodes[recovery] : 0;
}
