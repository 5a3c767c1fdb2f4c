import { groupBy } from './group-by.ts';

/**
 * What "silent" means, to `check` and to the report. An account is silent that has had no completed job of any kind for so many
 * days. Where its other kinds go on, one kind is that fails, or pauses for more than twice its usual time, so that a restore
 * now and then is not missed every week. Days are counted to the last one known, not to today: nobody is silent because nobody
 * pulled.
 */

/** Days that are enough where nobody names others. */
export const SILENT_DAYS = 7;

/** When the jobs of a kind of an account in a region were. Days are numbers, counted from whichever day. */
export interface JobDays<K> {
  readonly kind: K;
  readonly firstJob: number;
  readonly firstCompleted: number | undefined;
  readonly lastCompleted: number | undefined;
  /** Days on which a job completed. */
  readonly daysCompleted: number;
  /** The last day on which a job ended without completing. */
  readonly lastFailed: number | undefined;
  /** The last day that is known. */
  readonly until: number;
}

export interface Silence<K> {
  /** undefined where it is of all kinds. */
  readonly kind: K | undefined;
  readonly days: number;
  /** undefined where no job is known to have completed. */
  readonly lastCompleted: number | undefined;
  /** Whether jobs ended without completing since. */
  readonly fails: boolean;
}

export interface SilenceRule<K> {
  readonly allowed: number;
  /** Whether these are all jobs of the account that are known, not only some. */
  readonly areAll: boolean;
  /** Whether a kind is no longer missed. Default: none is. */
  readonly isGone?: (kind: K) => boolean;
}

/** Of one account: either all of it is silent, or some of its kinds are. */
export function silencesOf<K>(own: readonly JobDays<K>[], rule: SilenceRule<K>): Silence<K>[] {
  const whole = rule.areAll ? silenceIn(own, rule.allowed) : undefined;
  if (whole) return [whole];
  return [...groupBy(own, ({ kind }) => kind)]
    .filter(([kind]) => !rule.isGone?.(kind))
    .flatMap(([kind, ofKind]) => {
      const silence = silenceIn(ofKind, rule.allowed);
      const isUnusual = silence && (silence.fails || isLongPause(silence.days, ofKind));
      return isUnusual ? [{ ...silence, kind }] : [];
    });
}

function silenceIn<K>(own: readonly JobDays<K>[], allowed: number): Silence<K> | undefined {
  if (own.length === 0) return undefined;
  const until = Math.min(...own.map((jobs) => jobs.until));
  const lastCompleted = latest(own.map((jobs) => jobs.lastCompleted));
  const lastFailed = latest(own.map((jobs) => jobs.lastFailed));
  const firstJob = Math.min(...own.map((jobs) => jobs.firstJob));
  const days = until - (lastCompleted ?? firstJob - 1);
  if (days < allowed) return undefined;
  const fails = lastFailed !== undefined && (lastCompleted === undefined || lastFailed > lastCompleted);
  return { kind: undefined, days, lastCompleted, fails };
}

function latest(days: readonly (number | undefined)[]): number | undefined {
  const known = days.filter((day) => day !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** A pause is long beyond so many usual ones. */
const LONG = 2;

/** Whether a pause of so many days is long for jobs such as these. What was done once has no usual pause. */
export function isLongPause(
  pause: number,
  jobs: readonly Pick<JobDays<unknown>, 'firstCompleted' | 'lastCompleted' | 'daysCompleted'>[],
): boolean {
  return jobs.some(({ firstCompleted: first, lastCompleted: last, daysCompleted }) => {
    if (first === undefined || last === undefined || daysCompleted < 2) return false;
    return pause > (LONG * (last - first)) / (daysCompleted - 1);
  });
}
