import type { EpochMs } from '../../schemas/columns.ts';
import type { CheckFinding } from '../../schemas/check-result.ts';
import { addDays, type Day, DAY_MS, startOfDay, utcDay } from '../domain/day.ts';

/** What a check is asked, judged. */
export interface CheckOptions {
  readonly now: EpochMs;
  /** In percent; undefined where no rate is too low. */
  readonly minSuccess: number | undefined;
  /** In points of a percentage. */
  readonly maxFall: number;
  readonly maxSilentDays: number;
  readonly maxAgeMs: number;
  /** Accounts that must be there; undefined where nobody says. */
  readonly expected: readonly string[] | undefined;
  /** The first start date to look at; undefined where nobody says. */
  readonly since: Day | undefined;
}

/** What a rule says: what it found, and what it could not judge. */
export interface Judgement {
  /** Worst first. */
  readonly findings: readonly CheckFinding[];
  readonly notes: readonly string[];
}

export const HOUR_MS = 3_600_000;

/** Days looked at where none are named. */
export const DEFAULT_DAYS = 28;
/** Days in which a silent account is looked for: a year, and the month before it. */
const HISTORY_DAYS = 400;
/** A rate is of so many days, and compared with that of as many before them. */
export const WEEK_DAYS = 7;

/** The days a check looks at: up to yesterday, for today is not over. */
export function daysOf({ now, since }: Pick<CheckOptions, 'now' | 'since'>): {
  readonly from: Day;
  readonly to: Day;
} {
  const to = addDays(utcDay(now), -1);
  return { from: since ?? addDays(to, 1 - DEFAULT_DAYS), to };
}

/** The first day of the histories: whoever had no job since then is no more. */
export function historyBegins({ now, since }: Pick<CheckOptions, 'now' | 'since'>): Day {
  const first = addDays(utcDay(now), -HISTORY_DAYS);
  return since !== undefined && since < first ? since : first;
}

type Fields = Pick<CheckFinding, 'code' | 'message'> & Partial<Omit<CheckFinding, 'place'>>;

/** A finding of all kinds, accounts and regions, unless the rule says what it is of. */
export function aFinding(fields: Fields): CheckFinding {
  const finding = {
    kind: null,
    account: null,
    region: null,
    day: null,
    value: null,
    compared_with: null,
    ...fields,
  };
  return { ...finding, place: placeOf(finding) };
}

/** `copy in eu-west-1 of 111111111111`. */
export function placeOf({
  kind,
  account,
  region,
}: Pick<CheckFinding, 'kind' | 'account' | 'region'>): string {
  if (kind === null) return account ?? 'the ledger';
  return [kind, region === null ? '' : ` in ${region}`, account === null ? '' : ` of ${account}`].join('');
}

/** Of equally bad findings, whichever engine found them. */
export function byPlace(a: CheckFinding, b: CheckFinding): number {
  return a.place === b.place ? 0 : a.place < b.place ? -1 : 1;
}

/** `98.4 %`, rounded down: a rate below a threshold never looks as if it met it. */
export function percent(value: number): string {
  return `${(Math.floor(value * 10 + ROUNDING) / 10).toFixed(1)} %`;
}

/** What binary fractions may be off. */
export const ROUNDING = 1e-9;

/** Whole days from one to the other. */
export function daysFrom(first: Day, last: Day): number {
  return (startOfDay(last) - startOfDay(first)) / DAY_MS;
}
