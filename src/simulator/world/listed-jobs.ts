import type { EpochMs } from '../../../schemas/columns.ts';
import type { FilterName, Kind } from '../../../schemas/kinds.ts';
import { absencesIn, covers, departures, isVisible } from './accounts.ts';
import type { Moment } from './count.ts';
import {
  DAY_SECONDS,
  type EpochSeconds,
  type JobSheet,
  MAX_LIFE_DAYS,
  resourceTypes,
  stepAt,
} from './job-sheet.ts';
import type { JobTable } from './job-table.ts';
import { type JobTraits, traitTableOf } from './job-traits.ts';
import { mix, seedOf } from './random.ts';
import type { Items } from './snapshots.ts';

/** One job as a list has it. */
export interface ListedJob {
  readonly id: string;
  readonly account: string;
  readonly resourceType: string;
  readonly traits: JobTraits;
  readonly created: EpochMs;
  /** Null while it is unfinished. */
  readonly completed: EpochMs | null;
  readonly isParent: boolean;
  readonly parentId: string | null;
}

export interface JobQuery {
  readonly kind: Kind;
  readonly region: string;
  /** 12 digits, or `*`; undefined for the caller's own. */
  readonly account: string | undefined;
  readonly createdBefore: EpochMs | undefined;
  readonly createdAfter: EpochMs | undefined;
  readonly completedBefore: EpochMs | undefined;
  readonly completedAfter: EpochMs | undefined;
  readonly parentId: string | undefined;
  readonly resourceType: string | undefined;
  readonly traits: Readonly<Partial<Record<FilterName, string>>>;
}

/** What a job takes of memory, about. */
const JOB_BYTES = 250;

/** A region's jobs as they stand at the moment, one by one, the last created first. */
export function listJobs(jobs: JobTable, query: JobQuery, moment: Moment): Items<ListedJob> {
  const today = Math.floor(moment.now / DAY_SECONDS);
  const firstDay = today - Math.ceil(moment.world.listDays) - MAX_LIFE_DAYS;
  const listed: ListedJob[] = [];
  for (let day = today; day >= firstDay; day--) {
    const ofDay = jobsOfDay(jobs, query, { ...moment, day });
    for (const job of ofDay.toSorted((a, b) => b.created - a.created)) listed.push(job);
  }
  return {
    length: listed.length,
    bytes: listed.length * JOB_BYTES,
    slice: (from, to) => listed.slice(from, to),
  };
}

function jobsOfDay(jobs: JobTable, query: JobQuery, moment: Moment & { readonly day: number }): ListedJob[] {
  const { kind, region } = query;
  const { now, world, day } = moment;
  const sheet = jobs.sheet(kind, region, day);
  const { traits, lifeCycles } = traitTableOf(kind);
  const isAsked = accountsAsked(jobs.accounts, query, moment);
  const idSeed = seedOf('job', kind, region, day);
  const listed: ListedJob[] = [];
  for (let line = 0; line < sheet.size; line++) {
    if (!isAsked(sheet.account[line]!, sheet.times[0][line]!)) continue;
    const lifeCycle = lifeCycles[sheet.lifeCycle[line]!]!;
    const step = stepAt(sheet, line, { now, lifeCycle });
    if (step === undefined) continue;
    const common = {
      account: jobs.accounts[sheet.account[line]!]!,
      resourceType: resourceTypes[sheet.resourceType[line]!]!,
      traits: traits[lifeCycle[step]]!,
      isParent: sheet.isParent[line] === 1,
      isDone: step === 4,
    };
    if (!matchesTraits(common, query)) continue;
    for (const job of jobsOfLine(sheet, line, idSeed)) {
      const { isDone, ...shown } = common;
      const item = { ...shown, ...job.ids, created: job.created, completed: isDone ? job.finished : null };
      if (job.luck < world.listShare && isInReach(item, moment) && matches(item, query)) listed.push(item);
    }
  }
  return listed;
}

/** Times are to the millisecond, each within the second at which summaries have it. */
function* jobsOfLine(sheet: JobSheet, line: number, idSeed: number) {
  const parent = sheet.parent[line]!;
  for (let nth = 0; nth < sheet.count[line]!; nth++) {
    const own = mix(mix(idSeed, line), nth);
    const parentId = parent < 0 ? null : idOf(idSeed, parent, nth);
    yield {
      ids: { id: idOf(idSeed, line, nth), parentId },
      created: sheet.times[0][line]! * 1000 + (own % 997),
      finished: sheet.times[4][line]! * 1000 + (own % 991),
      luck: mix(own, 5) / 0x1_0000_0000,
    };
  }
}

/** In the form of a UUID. `mix` gives different lines different numbers, so no two jobs of a day are named alike. */
function idOf(idSeed: number, line: number, nth: number): string {
  const own = mix(idSeed, line);
  const digits = [own, idSeed, mix(own, nth), nth].map((part) => part.toString(16).padStart(8, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5').toUpperCase();
}

/** Whether jobs of an account, by index, that were created at a time are asked for and to be seen. */
function accountsAsked(
  accounts: readonly string[],
  { region, account }: JobQuery,
  { now, world }: Moment,
): (index: number, created: EpochSeconds) => boolean {
  const absences = absencesIn(region, world.absences);
  const gone = departures(accounts, absences);
  const asked = accounts.map(
    (id, index) =>
      (account === '*' || id === (account ?? accounts[0])) &&
      isVisible(index, { accounts, absences, now, world }),
  );
  return (index, created) =>
    asked[index] === true && !gone.get(index)?.some((absence) => covers(absence, created * 1000));
}

/** A list forgets jobs some days after they were created, or completed. */
function isInReach({ created, completed }: ListedJob, { now, world }: Moment): boolean {
  const since = (now - world.listDays * DAY_SECONDS) * 1000;
  return (world.listBy === 'creation' ? created : (completed ?? now * 1000)) >= since;
}

function matchesTraits(
  { resourceType, traits }: Pick<ListedJob, 'resourceType' | 'traits'>,
  query: JobQuery,
): boolean {
  if (query.resourceType !== undefined && query.resourceType !== resourceType) return false;
  return Object.entries(query.traits).every(([name, value]) => traits[name as FilterName] === value);
}

function matches({ created, completed, parentId }: ListedJob, query: JobQuery): boolean {
  const { createdBefore = Infinity, createdAfter = -Infinity, completedBefore, completedAfter } = query;
  if (created >= createdBefore || created <= createdAfter) return false;
  if (completedBefore !== undefined && !(completed !== null && completed < completedBefore)) return false;
  if (completedAfter !== undefined && !(completed !== null && completed > completedAfter)) return false;
  return query.parentId === undefined || query.parentId === parentId;
}
