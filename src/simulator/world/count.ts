import type { AggregationPeriod, Filters, Kind } from '../../../schemas/kinds.ts';
import { type Absence, absencesIn, covers, departures, isVisible } from './accounts.ts';
import { calendarOf } from './calendar.ts';
import { traitTableOf } from './job-traits.ts';
import type { JobTable } from './job-table.ts';
import { type EpochSeconds, type JobSheet, MAX_LIFE_DAYS, resourceTypes, stepAt } from './job-sheet.ts';
import { type Projection, projectTraits, projectValues } from './projection.ts';
import { createCountedRows, type CountedRows, joinRows } from './counted-rows.ts';
import { boundsOf, type CountedWindow, windowOf } from './window.ts';
import { foreignRegionOf, type World } from './world.ts';

/** Days of drawn jobs kept in memory: the widest window, today, and the longest life before it, with some to spare. */
const CACHED_DAYS = 15 + 1 + 2 * MAX_LIFE_DAYS;

export interface Query {
  readonly kind: Kind;
  readonly region: string;
  readonly period: AggregationPeriod;
  readonly filters: Filters;
}

export interface Moment {
  readonly now: EpochSeconds;
  readonly world: World;
}

/** An endpoint's rows at the moment, those of another region included where it shows them. */
export function countAnswer(jobs: JobTable, query: Query, moment: Moment): CountedRows {
  const own = countJobs(jobs, query, moment);
  if (!moment.world.foreignRegionRows) return own;
  const region = foreignRegionOf(query.region);
  return joinRows(
    own,
    countJobs(jobs, { ...query, region }, { ...moment, only: (account) => account % 10 === 0 }),
  );
}

/** Counts one region's jobs as they stand at the moment. `only` narrows the accounts, by index. */
function countJobs(
  jobs: JobTable,
  query: Query,
  { now, world, only = () => true }: Moment & { readonly only?: (account: number) => boolean },
): CountedRows {
  const window = windowOf(query, { ...world, calendar: calendarOf(query.region, world) }, now);
  const absences = absencesIn(query.region, world.absences);
  const accounts = visible(
    projectValues(jobs.accounts, query.filters.AccountId),
    (index) => only(index) && isVisible(index, { accounts: jobs.accounts, absences, now, world }),
  );
  const types = projectValues(resourceTypes, query.filters.ResourceType);
  const traits = projectTraits(traitTableOf(query.kind).traits, query.filters);
  const counts = fill({ jobs, query, now, world, window, accounts, types, traits, absences });
  const base = { Region: query.region };
  return createCountedRows(counts, {
    zeroRows: world.zeroRows && window.daily,
    boundsOf: (nth) => boundsOf(window, nth),
    labelOf: (key) => ({
      ...base,
      AccountId: accounts.labels[Math.floor(key / traits.labels.length / types.labels.length)]!,
      ResourceType: types.labels[Math.floor(key / traits.labels.length) % types.labels.length]!,
      ...traits.labels[key % traits.labels.length],
    }),
  });
}

interface Counting {
  readonly jobs: JobTable;
  readonly query: Query;
  readonly now: EpochSeconds;
  readonly world: World;
  readonly window: CountedWindow;
  readonly accounts: Projection<string>;
  readonly types: Projection<string>;
  readonly traits: Projection<unknown>;
  readonly absences: readonly Absence[];
}

function visible<Label>(projection: Projection<Label>, seen: (index: number) => boolean): Projection<Label> {
  return { ...projection, target: projection.target.map((target, index) => (seen(index) ? target : -1)) };
}

/** Count by key, one map per row window. */
function fill(counting: Counting): readonly ReadonlyMap<number, number>[] {
  const { jobs, query, window, world } = counting;
  const lookBack = world.countOn === 'creation' ? 0 : MAX_LIFE_DAYS;
  const windows = window.daily ? Math.max(0, window.endDay - window.firstDay) : 1;
  const counts = Array.from({ length: windows }, () => new Map<number, number>());
  const gone = departures(jobs.accounts, counting.absences);
  jobs.forgetBefore(query.kind, query.region, window.endDay - CACHED_DAYS);
  const { slack } = window.calendar;
  for (let day = window.firstDay - lookBack - slack; day < window.endDay + slack; day++)
    fillDay(counting, { day, gone, counts });
  return counts;
}

interface Target {
  readonly day: number;
  readonly gone: ReadonlyMap<number, readonly Absence[]>;
  readonly counts: readonly Map<number, number>[];
}

/** The one loop that runs a million times: it allocates nothing per job. */
function fillDay(
  { jobs, query, now, world, window, ...into }: Counting,
  { day, gone, counts }: Target,
): void {
  const sheet = jobs.sheet(query.kind, query.region, day);
  const { lifeCycles } = traitTableOf(query.kind);
  const moment = { now, lifeCycle: lifeCycles[0] as readonly number[] };
  for (let line = 0; line < sheet.size; line++) {
    const account = into.accounts.target[sheet.account[line]!]!;
    const type = into.types.target[sheet.resourceType[line]!]!;
    if (account < 0 || type < 0 || !isCounted(sheet, line, world.countJobs)) continue;
    moment.lifeCycle = lifeCycles[sheet.lifeCycle[line]!]!;
    const step = stepAt(sheet, line, moment);
    if (step === undefined) continue;
    const trait = into.traits.target[moment.lifeCycle[step]!]!;
    if (trait < 0) continue;
    const created = sheet.times[0][line]!;
    if (gone.get(sheet.account[line]!)?.some((absence) => covers(absence, created * 1000))) continue;
    const changed = sheet.times[step][line]!;
    const instant =
      world.countOn === 'last-change' || (world.countOn === 'completion' && step === 4) ? changed : created;
    const countedOn = window.calendar.dayOf(instant);
    if (instant < window.from || countedOn >= window.endDay) continue;
    const bucket = counts[window.daily ? countedOn - window.firstDay : 0]!;
    const key = (account * into.types.labels.length + type) * into.traits.labels.length + trait;
    bucket.set(key, (bucket.get(key) ?? 0) + sheet.count[line]!);
  }
}

function isCounted(sheet: JobSheet, line: number, counted: World['countJobs']): boolean {
  if (counted === 'top-level') return sheet.parent[line] === -1;
  return counted === 'all' || sheet.isParent[line] === 0;
}
