import type { Kind } from '../../schemas/kinds.ts';
import type { CheckedKind, CheckFinding, Ended } from '../../schemas/check-result.ts';
import { addDays, type Day } from '../domain/day.ts';
import type { KnownDays } from './coverage.ts';
import {
  aFinding,
  byPlace,
  type CheckOptions,
  type Judgement,
  percent,
  ROUNDING,
  WEEK_DAYS,
} from './task.ts';

/** How the jobs of a kind in an account ended: on the newest day, in the week that ends with it, in the week before. */
export interface AccountRates {
  readonly kind: Kind;
  /** null for jobs that name none. */
  readonly account: string | null;
  readonly onLastDay: Ended;
  readonly week: Ended;
  readonly weekBefore: Ended;
}

/** The first day of the week before the last one. */
export function weekBeforeBegins(last: Day): Day {
  return addDays(last, 1 - 2 * WEEK_DAYS);
}

/** Which accounts' jobs end too badly, lowest rate first, then which became worse, deepest fall first. */
export function judgeRates(
  rates: readonly AccountRates[],
  known: ReadonlyMap<Kind, KnownDays>,
  options: CheckOptions,
): Judgement {
  const young = [...known].filter(([, { first, last }]) => first > weekBeforeBegins(last));
  const comparable = rates.filter(({ kind }) => !young.some(([name]) => name === kind));
  const low = rates.flatMap((rate) => tooLow(rate, dayOf(rate, known), options));
  const fallen = comparable.flatMap((rate) => fell(rate, dayOf(rate, known), options));
  return {
    findings: [
      ...low.toSorted(byValue),
      ...fallen.toSorted((a, b) => fallOf(b) - fallOf(a) || byPlace(a, b)),
    ],
    notes: young.map(
      ([kind, { first, last }]) =>
        `the week before is not known of ${kind} jobs, so neither falls nor new reasons are judged: the days looked at ` +
        `begin with ${first}, and ${weekBeforeBegins(last)} is needed`,
    ),
  };
}

function dayOf({ kind }: AccountRates, known: ReadonlyMap<Kind, KnownDays>): Day {
  return known.get(kind)?.last ?? '';
}

/** undefined where no job ended. */
function rateOf({ completed, finished }: Ended): number | undefined {
  return finished === 0 ? undefined : (100 * completed) / finished;
}

function tooLow(
  { kind, account, onLastDay, week }: AccountRates,
  day: Day,
  { minSuccess }: CheckOptions,
): CheckFinding[] {
  if (minSuccess === undefined) return [];
  const known = [rateOf(onLastDay), rateOf(week)].filter((rate) => rate !== undefined);
  const value = Math.min(...known);
  if (known.length === 0 || value >= minSuccess) return [];
  const message = `${whose(account)}${sharesOf([onLast(onLastDay, day), inWeek(week, 'it')])}; at least ${minSuccess} % expected`;
  const code = 'success-low';
  return [aFinding({ code, kind, account, day, value, compared_with: minSuccess, message })];
}

function fell(
  { kind, account, week, weekBefore }: AccountRates,
  day: Day,
  { maxFall }: CheckOptions,
): CheckFinding[] {
  const [value, before] = [rateOf(week), rateOf(weekBefore)];
  if (value === undefined || before === undefined || before - value <= maxFall + ROUNDING) return [];
  const message =
    `${whose(account)}${sharesOf([inWeek(week, day), inWeekBefore(weekBefore)])}: ` +
    `${(before - value).toFixed(1)} points less; at most ${maxFall} allowed`;
  const code = 'success-fell';
  return [aFinding({ code, kind, account, day, value, compared_with: before, message })];
}

type Share = readonly [ended: Ended, when: string];

const onLast = (ended: Ended, day: Day): Share => [ended, `on ${day}`];
const inWeek = (ended: Ended, day: string): Share => [ended, `in the ${WEEK_DAYS} days to ${day}`];
const inWeekBefore = (ended: Ended): Share => [ended, 'in the week before'];

/** `40.0 % completed on 2026-11-22 (4 of 10), 65.7 % in the 7 days to it (46 of 70)`. */
function sharesOf(shares: readonly Share[]): string {
  const first = shares.findIndex(([ended]) => rateOf(ended) !== undefined);
  const texts = shares.map(([ended, when], index) => {
    const rate = rateOf(ended);
    if (rate === undefined) return `no job ended ${when}`;
    const [completed, finished] = [ended.completed, ended.finished].map((jobs) => jobs.toLocaleString('en'));
    return `${percent(rate)} ${index === first ? 'completed ' : ''}${when} (${completed} of ${finished})`;
  });
  return texts.join(', ');
}

function whose(account: string | null): string {
  return account === null ? 'of jobs that name no account, ' : '';
}

function byValue(a: CheckFinding, b: CheckFinding): number {
  return (a.value ?? 0) - (b.value ?? 0) || byPlace(a, b);
}

function fallOf({ value, compared_with: before }: CheckFinding): number {
  return (before ?? 0) - (value ?? 0);
}

/** All accounts of each kind together. */
export function fleetOf(rates: readonly AccountRates[], known: ReadonlyMap<Kind, KnownDays>): CheckedKind[] {
  return [...known].map(([kind, { first, last }]) => {
    const own = rates.filter((rate) => rate.kind === kind);
    const sum = (of: (rate: AccountRates) => Ended): Ended => ({
      completed: own.reduce((jobs, rate) => jobs + of(rate).completed, 0),
      finished: own.reduce((jobs, rate) => jobs + of(rate).finished, 0),
    });
    const [onLastDay, week, before] = [
      sum((rate) => rate.onLastDay),
      sum((rate) => rate.week),
      sum((rate) => rate.weekBefore),
    ];
    const shares = sharesOf([onLast(onLastDay, last), inWeek(week, 'it'), inWeekBefore(before)]);
    return {
      kind,
      first_day: first,
      last_day: last,
      on_last_day: onLastDay,
      week,
      week_before: before,
      message: `${kind}: ${shares}`,
    };
  });
}
