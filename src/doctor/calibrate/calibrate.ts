import pMap from 'p-map';
import type { Calibration, DayEvidence } from '../../../schemas/calibration.ts';
import type { Check } from '../../../schemas/doctor-result.ts';
import { factsOf } from '../../../schemas/kinds.ts';
import { zoneOf } from '../../../schemas/region-zones.ts';
import { eachRow } from '../../domain/row.ts';
import { type Slice, sliceName } from '../../domain/slice.ts';
import { asLedgerError, type LedgerError } from '../../errors.ts';
import { type DoctorWorld, failed, type Finding } from '../checks.ts';
import { examineCaller, found } from '../doctor.ts';
import { readSummaries } from '../read-summaries.ts';
import { findSlices } from '../slices.ts';
import { decide, type Verdict } from './decide.ts';
import { addEvidence, type EvidenceWorld } from './evidence.ts';
import { type Held, holdAgainst } from './hold-against.ts';
import { type AccountsList, listAccounts } from './list-accounts.ts';
import { nameOf, sentences } from './sentences.ts';

export interface CalibrationWorld extends DoctorWorld {
  readonly evidence: () => Promise<EvidenceWorld>;
}

/** What a slice was found to be like; without a calibration where it could not be read. */
interface SliceFindings {
  readonly checks: readonly Check[];
  readonly calibration?: Calibration;
}

/** Finds out how AWS counts, slice by slice, and goes on whatever it finds. */
export async function* calibrate(world: CalibrationWorld): AsyncGenerator<Finding> {
  yield* examineCaller(world);
  const { slices, checks } = await findSlices(world);
  yield* found(checks);
  const { concurrency } = world;
  for (const findings of await pMap(slices, (slice) => calibrateSlice(slice, world), { concurrency })) {
    yield* found(findings.checks);
    if (findings.calibration) yield { calibration: findings.calibration };
  }
}

async function calibrateSlice(slice: Slice, world: CalibrationWorld): Promise<SliceFindings> {
  const { operation, jobList } = factsOf(slice.kind);
  const fix = `allow the caller backup:${operation} and backup:${jobList.operation}, as jobs/iam/calibrate-policy.json does`;
  try {
    return await compareSlice(slice, world);
  } catch (thrown) {
    return { checks: [failed(nameOf(slice), errorOf(thrown, world), fix)] };
  }
}

/** What stopped the run goes before what it led to. */
function errorOf(thrown: unknown, { signal }: CalibrationWorld): LedgerError {
  return asLedgerError(signal.aborted ? signal.reason : thrown);
}

async function compareSlice(slice: Slice, world: CalibrationWorld): Promise<SliceFindings> {
  const first = await readSummaries(slice, world);
  const { observedAt } = first;
  const list = await listAccounts(slice, world, observedAt);
  const second = await readSummaries(slice, world);
  const [before, after] = [first, second].map((reading) => [...eachRow(reading.rows())]);
  const held = holdAgainst({ slice, observedAt, before: before!, after: after!, list });
  // A list that lacks jobs would bear witness against every hypothesis, for ever.
  const fresh = held.shortfall ? [] : held.evidence;
  const { days, checks } = await keep(slice, fresh, world);
  const evidence = days.length === 0 ? held.evidence : days;
  const verdict = decide(slice.kind, evidence);
  const calibration = calibrationOf(slice, { list, held, evidence, verdict });
  const said = {
    slice,
    calibration,
    fits: verdict.fits,
    shortfall: held.shortfall,
    foreignRows: first.books.foreign,
  };
  return {
    checks: [...sentences(said), ...checks],
    calibration,
  };
}

/** Adds evidence to that of earlier runs. Where that fails, what was found is told all the same. */
async function keep(
  slice: Slice,
  fresh: readonly DayEvidence[],
  world: CalibrationWorld,
): Promise<{ readonly days: readonly DayEvidence[]; readonly checks: readonly Check[] }> {
  try {
    return { days: await addEvidence(sliceName(slice), fresh, await world.evidence()), checks: [] };
  } catch (thrown) {
    const fix = 'correct --ledger, or allow the caller to read, list and write below its calibration/';
    return { days: fresh, checks: [failed(`evidence of ${nameOf(slice)}`, errorOf(thrown, world), fix)] };
  }
}

interface SliceEvidence {
  readonly list: AccountsList;
  readonly held: Held;
  readonly evidence: readonly DayEvidence[];
  readonly verdict: Verdict;
}

function calibrationOf(
  { kind, region, scope }: Slice,
  { list, held, evidence, verdict }: SliceEvidence,
): Calibration {
  const { accounts, pages, jobs, repeated, unusable } = list;
  return {
    kind,
    region,
    scope,
    time_zone: zoneOf(region) ?? null,
    listed: { accounts, pages, jobs: jobs.length, repeated, unusable },
    moved_cells: held.movedCells,
    first_day: evidence[0]?.start_date ?? null,
    last_day: evidence.at(-1)?.start_date ?? null,
    days: verdict.days,
    jobs: verdict.jobs,
    distance: verdict.distance,
    decisions: [...verdict.decisions],
    misfits: [...held.misfits],
  };
}
