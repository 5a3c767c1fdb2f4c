import { type EpochMs } from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import { type Day, startOfDay, utcDay } from '../../domain/day.ts';
import { covers } from './accounts.ts';
import { type Face, faceTableOf } from './job-traits.ts';
import type { JobBook } from './job-book.ts';
import { DAY_SECONDS, LONGEST_LIFE_DAYS, resourceTypes } from './jobs.ts';
import type { SummaryItem } from './counted-rows.ts';
import type { World } from './world.ts';

export interface Observation {
  readonly kind: Kind;
  readonly region: string;
  readonly day: Day;
  /** When it is looked at, in epoch milliseconds. */
  readonly at: EpochMs;
}

/** One or more jobs that went the same way: what each of them shows, and since when (epoch seconds). */
interface JobLife {
  readonly account: string;
  readonly resourceType: string;
  readonly count: number;
  readonly history: readonly { readonly since: number; readonly face: Face; readonly final: boolean }[];
}

/**
 * The true counts of one day by one who sees everything: no window, no absence of the caller, no zero rows, no page.
 * It shares nothing with the counting of answers but the jobs, so that the one can be tested by the other.
 */
export function observeDay(
  book: JobBook,
  world: Pick<World, 'countOn' | 'absences'>,
  wanted: Observation,
): SummaryItem[] {
  const rows = new Map<string, SummaryItem>();
  const start = startOfDay(wanted.day) / 1000;
  for (const life of livesAround(book, wanted)) {
    const shown = life.history.filter(({ since }) => since * 1000 <= wanted.at);
    const [first, last] = [shown.at(0), shown.at(-1)];
    if (!first || !last || neverCreated(world, life, { created: first.since * 1000, region: wanted.region }))
      continue;
    const countedAt = { creation: first, completion: last.final ? last : first, 'last-change': last }[
      world.countOn
    ];
    if (utcDay(countedAt.since * 1000) !== wanted.day) continue;
    const who = {
      Region: wanted.region,
      AccountId: life.account,
      ResourceType: life.resourceType,
      ...last.face,
    };
    const key = JSON.stringify(who);
    const Count = (rows.get(key)?.Count ?? 0) + life.count;
    rows.set(key, { ...who, Count, StartTime: start, EndTime: start + DAY_SECONDS });
  }
  return [...rows.values()];
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

function* livesAround(book: JobBook, { kind, region, day }: Observation): Generator<JobLife> {
  const { faces, stories } = faceTableOf(kind);
  const last = startOfDay(day) / 1000 / DAY_SECONDS;
  for (let created = last - LONGEST_LIFE_DAYS; created <= last; created++) {
    const sheet = book.sheet(kind, region, created);
    for (let line = 0; line < sheet.size; line++) {
      const story = stories[sheet.story[line]!]!;
      yield {
        account: book.accounts[sheet.account[line]!]!,
        resourceType: resourceTypes[sheet.resourceType[line]!]!,
        count: sheet.count[line]!,
        history: story.flatMap((face, step) =>
          face < 0 ? [] : [{ since: sheet.times[step]![line]!, face: faces[face]!, final: step === 4 }],
        ),
      };
    }
  }
}
