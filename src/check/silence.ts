import type { Kind } from '../../schemas/kinds.ts';
import type { CheckFinding } from '../../schemas/check-result.ts';
import type { Day } from '../domain/day.ts';
import { groupBy } from '../domain/group-by.ts';
import { counted } from '../domain/show.ts';
import { type Silence, silencesOf } from '../domain/silence.ts';
import type { LastDayKnown } from './coverage.ts';
import { type AccountHistory, jobDaysOf } from './history.ts';
import { aFinding, byPlace, type CheckOptions, DEFAULT_DAYS } from './task.ts';

/** The accounts that are silent, or kinds in them, by what `silencesOf` takes for that. Longest silence first. */
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
    .flatMap(([, own]) => silenceFindings(own, lastDayKnown, options));
  return findings.toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0) || byPlace(a, b));
}

function hasJobSince(own: readonly AccountHistory[], since: Day | undefined): boolean {
  return since === undefined || own.some(({ lastJob }) => lastJob >= since);
}

function silenceFindings(
  own: readonly AccountHistory[],
  lastDayKnown: LastDayKnown,
  { maxSilentDays: allowed, since }: CheckOptions,
): CheckFinding[] {
  const known = own.flatMap((history) => {
    const until = lastDayKnown(history.kind, history.region, history.account);
    return until === undefined ? [] : [{ history, jobs: jobDaysOf(history, until) }];
  });
  const ofKind = (kind: Kind | undefined) =>
    known.flatMap(({ history }) => (kind === undefined || history.kind === kind ? [history] : []));
  const isGone = (kind: Kind) => !hasJobSince(ofKind(kind), since);
  return silencesOf(
    known.map(({ jobs }) => jobs),
    { allowed, areAll: true, isGone },
  ).map((silence) => findingOf(silence, ofKind(silence.kind), allowed));
}

function findingOf(
  { kind, days: silent, fails }: Silence<Kind>,
  own: readonly AccountHistory[],
  allowed: number,
): CheckFinding {
  const jobs = kind === undefined ? 'job' : `${kind} job`;
  const [firstJob] = days(own, (history) => history.firstJob);
  const lastCompleted = days(own, (history) => history.lastCompleted).at(-1);
  const lastFailed = days(own, (history) => history.lastFailed).at(-1);
  const what =
    lastCompleted === undefined
      ? `no ${jobs} completed since the first known one, on ${firstJob}, for ${counted(silent, 'day')}`
      : `no ${jobs} completed since ${lastCompleted}, for ${counted(silent, 'day')}`;
  return aFinding({
    code: 'account-silent',
    kind: kind ?? null,
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
