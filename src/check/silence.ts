import type { Kind } from '../../schemas/kinds.ts';
import type { CheckFinding } from '../../schemas/check-result.ts';
import { addDays, type Day } from '../domain/day.ts';
import { groupBy } from '../domain/group-by.ts';
import { counted } from '../domain/show.ts';
import type { LastDayKnown } from './coverage.ts';
import { type AccountHistory, isLongPause } from './history.ts';
import { aFinding, byPlace, type CheckOptions, daysFrom, DEFAULT_DAYS } from './task.ts';

/**
 * An account without a completed job of any kind for so many days; and one in which a kind fell silent while others go on: one
 * that fails, or pauses for more than twice its usual time, so that a restore now and then is not missed every week. Longest
 * silence first. Days are counted to the last one known, not to today: nobody is silent because nobody pulled.
 */
export function judgeSilence(
  histories: readonly AccountHistory[],
  lastDayKnown: LastDayKnown,
  options: CheckOptions,
): CheckFinding[] {
  const { since, expected } = options;
  const isExpected = expected && new Set(expected);
  const findings = [...groupBy(histories, ({ account }) => account)]
    .filter(([account]) => isExpected?.has(account) ?? true)
    // Whoever left before the days looked at is missed by those alone who expect it.
    .filter(([account, own]) => isExpected?.has(account) || hasJobSince(own, since))
    .flatMap(([, own]) => silenceOf(own, lastDayKnown, options));
  return findings.toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0) || byPlace(a, b));
}

function hasJobSince(own: readonly AccountHistory[], since: Day | undefined): boolean {
  return since === undefined || own.some(({ lastJob }) => lastJob >= since);
}

function silenceOf(
  own: readonly AccountHistory[],
  lastDayKnown: LastDayKnown,
  options: CheckOptions,
): CheckFinding[] {
  const known = own.filter(({ kind, region, account }) => lastDayKnown(kind, region, account) !== undefined);
  const whole = silentFor(known, lastDayKnown, options);
  if (whole) return [findingOf(whole, known, null)];
  return [...groupBy(known, ({ kind }) => kind)]
    .filter(([, ofKind]) => hasJobSince(ofKind, options.since))
    .flatMap(([kind, ofKind]) => {
      const silence = silentFor(ofKind, lastDayKnown, options);
      return silence && isUnusual(silence, ofKind) ? [findingOf(silence, ofKind, kind)] : [];
    });
}

interface Silence {
  readonly days: number;
  readonly allowed: number;
  /** undefined where no job is known to have completed. */
  readonly lastCompleted: Day | undefined;
}

function silentFor(
  own: readonly AccountHistory[],
  lastDayKnown: LastDayKnown,
  { maxSilentDays: allowed }: CheckOptions,
): Silence | undefined {
  const [until] = days(own, ({ kind, region, account }) => lastDayKnown(kind, region, account));
  const [firstJob] = days(own, (history) => history.firstJob);
  if (until === undefined || firstJob === undefined) return undefined;
  const lastCompleted = days(own, (history) => history.lastCompleted).at(-1);
  const silent = daysFrom(lastCompleted ?? addDays(firstJob, -1), until);
  return silent < allowed ? undefined : { days: silent, allowed, lastCompleted };
}

function isUnusual({ days: silent, lastCompleted }: Silence, own: readonly AccountHistory[]): boolean {
  const lastFailed = days(own, (history) => history.lastFailed).at(-1);
  if (lastFailed !== undefined && lastFailed > (lastCompleted ?? '')) return true;
  return isLongPause(silent, own);
}

function findingOf(
  { days: silent, allowed, lastCompleted }: Silence,
  own: readonly AccountHistory[],
  kind: Kind | null,
): CheckFinding {
  const jobs = kind === null ? 'job' : `${kind} job`;
  const [firstJob] = days(own, (history) => history.firstJob);
  const lastFailed = days(own, (history) => history.lastFailed).at(-1);
  const fails = lastFailed !== undefined && lastFailed > (lastCompleted ?? '');
  const what =
    lastCompleted === undefined
      ? `no ${jobs} completed since the first known one, on ${firstJob}, for ${counted(silent, 'day')}`
      : `no ${jobs} completed since ${lastCompleted}, for ${counted(silent, 'day')}`;
  return aFinding({
    code: 'account-silent',
    kind,
    account: own[0]?.account ?? null,
    day: lastCompleted ?? null,
    value: silent,
    compared_with: allowed,
    message: `${what} (${allowed} are too many); ${fails ? `jobs fail, the last on ${lastFailed}` : quietly(silent)}`,
  });
}

function quietly(silent: number): string {
  const cure =
    silent > DEFAULT_DAYS ? ': if they were given up, say so with --since or --expect-accounts' : '';
  return `no job ended at all since then${cure}`;
}

/** The days found, in order. */
function days(own: readonly AccountHistory[], of: (history: AccountHistory) => Day | undefined): Day[] {
  return own.flatMap((history) => of(history) ?? []).toSorted();
}

/** The expected accounts of which the whole ledger has no job. */
export function judgeUnseen(
  histories: readonly AccountHistory[],
  { expected = [] }: CheckOptions,
): CheckFinding[] {
  const seen = new Set(histories.map(({ account }) => account));
  return expected
    .filter((account) => !seen.has(account))
    .toSorted()
    .map((account) =>
      aFinding({
        code: 'account-never-seen',
        account,
        message: 'expected, but the whole ledger has no job of this account: is AWS Backup used in it?',
      }),
    );
}
