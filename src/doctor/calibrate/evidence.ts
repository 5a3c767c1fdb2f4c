import type { DayEvidence } from '../../../schemas/calibration.ts';
import type { EpochMs } from '../../../schemas/columns.ts';
import { recordInstant } from '../../../schemas/pull-record.ts';
import { monthOf } from '../../domain/day.ts';
import { groupBy } from '../../domain/group-by.ts';
import {
  CALIBRATION,
  encodeEvidence,
  type EvidenceKey,
  evidencePath,
  parseEvidence,
  parseEvidencePath,
} from '../../ledger/calibration.ts';
import type { ObjectStore, RetryLostRaces } from '../../ports.ts';
import type { Cell, DayComparison } from './compare.ts';
import { hypotheses } from './hypotheses.ts';
import type { RegionTime } from './region-time.ts';

/** Where evidence adds up, run by run. */
export interface EvidenceWorld {
  readonly store: ObjectStore;
  readonly retryLostRaces: RetryLostRaces;
}

/** What a day has told. */
export function evidenceOf(
  { day, cells, telling }: DayComparison,
  { time, observedAt }: { readonly time: RegionTime; readonly observedAt: EpochMs },
): DayEvidence {
  const counts = [...cells.values()];
  const entries = hypotheses.map(({ name }, index) => [
    name,
    { distance: distanceOf(counts, index), telling: telling[index]! },
  ]);
  return {
    start_date: day,
    observed_at: recordInstant(observedAt),
    time_zone: time.differsOn(day) ? time.zone : null,
    jobs: counts.reduce((sum, { summaries }) => sum + summaries, 0),
    hypotheses: Object.fromEntries(entries) as DayEvidence['hypotheses'],
  };
}

function distanceOf(cells: readonly Cell[], hypothesis: number): number {
  return cells.reduce((sum, { summaries, listed }) => sum + Math.abs(summaries - listed[hypothesis]!), 0);
}

/**
 * Adds days to what is stored of a slice, by compare and swap, and returns all its days. A day that was compared before is
 * replaced by what was observed later. Throws what the store throws, `LostRaceError`, `DamagedObjectError`.
 */
export async function addEvidence(
  slice: string,
  days: readonly DayEvidence[],
  world: EvidenceWorld,
): Promise<DayEvidence[]> {
  for (const [month, ofMonth] of groupBy(days, ({ start_date: day }) => monthOf(day)))
    await addToMonth({ month, slice }, ofMonth, world);
  return readEvidence(slice, world.store);
}

async function addToMonth(
  key: EvidenceKey,
  days: readonly DayEvidence[],
  { store, retryLostRaces }: EvidenceWorld,
): Promise<void> {
  const path = evidencePath(key);
  await retryLostRaces(path, async () => {
    const stored = await store.get(path);
    const bytes = encodeEvidence(newestOf([...(stored ? parseEvidence(stored.bytes, key) : []), ...days]));
    if (stored && Buffer.compare(stored.bytes, bytes) === 0) return true;
    const put = await store.put(path, bytes, stored ? { ifVersion: stored.version } : { ifAbsent: true });
    return put.written || undefined;
  });
}

/** Every day that is stored of a slice, oldest first. */
async function readEvidence(slice: string, store: ObjectStore): Promise<DayEvidence[]> {
  const days: DayEvidence[] = [];
  for await (const { key: path } of store.list(CALIBRATION)) {
    const key = parseEvidencePath(path);
    const stored = key?.slice === slice ? await store.get(path) : undefined;
    if (key && stored) days.push(...parseEvidence(stored.bytes, key));
  }
  return newestOf(days);
}

/** Each day once, as it was observed last. */
export function newestOf(days: readonly DayEvidence[]): DayEvidence[] {
  const byDay = groupBy(days, ({ start_date: day }) => day);
  const newest = Array.from(byDay.values(), (readings) =>
    readings.reduce((newer, reading) => (reading.observed_at >= newer.observed_at ? reading : newer)),
  );
  return newest.toSorted((a, b) => (a.start_date < b.start_date ? -1 : 1));
}
