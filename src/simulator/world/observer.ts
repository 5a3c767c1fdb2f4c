import { type EpochMs } from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import { zoneOf } from '../../../schemas/region-zones.ts';
import { addDays, type Day, startOfDay } from '../../domain/day.ts';
import { localDay, localMidnight, type OffsetAt, offsetsOf } from '../../domain/time-zone.ts';
import { covers } from './accounts.ts';
import { type JobTraits, traitTableOf } from './job-traits.ts';
import type { JobTable } from './job-table.ts';
import { DAY_SECONDS, MAX_LIFE_DAYS, resourceTypes } from './job-sheet.ts';
import type { SummaryItem } from './counted-rows.ts';
import type { World } from './world.ts';

export interface Observation {
  readonly kind: Kind;
  readonly region: string;
  readonly day: Day;
  /** When it is looked at, in epoch milliseconds. */
  readonly at: EpochMs;
}

/** One or more jobs with the same life: which traits each of them has, and since when (epoch seconds). */
interface JobLife {
  readonly account: string;
  readonly resourceType: string;
  readonly count: number;
  readonly isParent: boolean;
  readonly isChild: boolean;
  readonly history: readonly {
    readonly since: number;
    readonly traits: JobTraits;
    readonly final: boolean;
  }[];
}

/**
 * The true counts of one day: no window, no absence of the caller, no zero rows, no pages. It shares only the jobs with
 * the counting of answers, so that each can be tested by the other.
 */
export function observeDay(
  jobs: JobTable,
  world: Pick<World, 'countOn' | 'countJobs' | 'dayZone' | 'absences'>,
  wanted: Observation,
): SummaryItem[] {
  const rows = new Map<string, SummaryItem>();
  const offsetAt = offsetIn(wanted.region, world);
  const [StartTime, EndTime] = [0, 1].map((next) => {
    const midnight = startOfDay(addDays(wanted.day, next));
    return (world.dayZone === 'region' ? localMidnight(midnight, offsetAt) : midnight) / 1000;
  });
  for (const life of livesAround(jobs, wanted)) {
    const shown = life.history.filter(({ since }) => since * 1000 <= wanted.at);
    const [first, last] = [shown.at(0), shown.at(-1)];
    if (life.isChild ? world.countJobs === 'top-level' : life.isParent && world.countJobs === 'leaves')
      continue;
    if (!first || !last || neverCreated(world, life, { created: first.since * 1000, region: wanted.region }))
      continue;
    const countedAt = { creation: first, completion: last.final ? last : first, 'last-change': last }[
      world.countOn
    ];
    if (localDay(countedAt.since * 1000, offsetAt) !== wanted.day) continue;
    const who = {
      Region: wanted.region,
      AccountId: life.account,
      ResourceType: life.resourceType,
      ...last.traits,
    };
    const key = JSON.stringify(who);
    const Count = (rows.get(key)?.Count ?? 0) + life.count;
    rows.set(key, { ...who, Count, StartTime: StartTime!, EndTime: EndTime! });
  }
  return [...rows.values()];
}

function offsetIn(region: string, { dayZone }: Pick<World, 'dayZone'>): OffsetAt {
  return offsetsOf((dayZone === 'utc' ? undefined : zoneOf(region)) ?? 'UTC');
}

function neverCreated(
  world: Pick<World, 'absences'>,
  life: JobLife,
  { created, region }: { readonly created: EpochMs; readonly region: string },
): boolean {
  return world.absences.some(
    (absence) =>
      absence.why === 'left' &&
      [life.account, '*'].includes(absence.account) &&
      (absence.region ?? region) === region &&
      covers(absence, created),
  );
}

function* livesAround(jobs: JobTable, { kind, region, day }: Observation): Generator<JobLife> {
  const { traits, lifeCycles } = traitTableOf(kind);
  const last = startOfDay(day) / 1000 / DAY_SECONDS;
  // A day of another time zone begins and ends on days of UTC that are its neighbours.
  for (let created = last - MAX_LIFE_DAYS - 1; created <= last + 1; created++) {
    const sheet = jobs.sheet(kind, region, created);
    for (let line = 0; line < sheet.size; line++) {
      const lifeCycle = lifeCycles[sheet.lifeCycle[line]!]!;
      yield {
        account: jobs.accounts[sheet.account[line]!]!,
        resourceType: resourceTypes[sheet.resourceType[line]!]!,
        count: sheet.count[line]!,
        isParent: sheet.isParent[line] === 1,
        isChild: sheet.parent[line]! >= 0,
        history: lifeCycle.flatMap((index, step) =>
          index < 0 ? [] : [{ since: sheet.times[step]![line]!, traits: traits[index]!, final: step === 4 }],
        ),
      };
    }
  }
}
