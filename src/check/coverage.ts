import type { EpochMs } from '../../schemas/columns.ts';
import { type Kind, kindNames } from '../../schemas/kinds.ts';
import type { CheckFinding } from '../../schemas/check-result.ts';
import { addDays, type Day } from '../domain/day.ts';
import { ANY_ACCOUNT, accountOf, type Scope } from '../domain/slice.ts';
import { counted, some } from '../domain/show.ts';
import { isLongPause } from '../domain/silence.ts';
import { type AccountHistory, jobDaysOf } from './history.ts';
import { aFinding, type CheckOptions, daysFrom, daysOf, type Judgement } from './task.ts';

/** What the days looked at say of a slice. */
export interface CoveredSlice {
  readonly kind: Kind;
  readonly region: string;
  readonly scope: Scope;
  /** Days that no good pull saw, and how many of them are lost for good. */
  readonly missing: number;
  readonly lost: number;
  readonly firstMissing: Day | undefined;
  readonly lastMissing: Day | undefined;
  /** Days that a good pull saw. */
  readonly firstSeen: Day | undefined;
  readonly lastSeen: Day | undefined;
  /** When the last good pull saw one of them; NaN where none did. */
  readonly observedAt: EpochMs;
}

/** The days of a kind that are known. */
export interface KnownDays {
  readonly first: Day;
  readonly last: Day;
}

export interface DaysSeen {
  readonly slices: readonly CoveredSlice[];
  /** By name of the slice: when a good pull last saw no job at all, which proves no day seen. */
  readonly emptyPulls: ReadonlyMap<string, Day>;
  readonly histories: readonly AccountHistory[];
}

/**
 * The slices of which days are missing, the one with most first. One that nobody pulls any more is noted, and so is one that
 * has had no jobs at all for a while, unless that is long for it.
 */
export function judgeDays(seen: DaysSeen, options: CheckOptions): Judgement {
  const judged = seen.slices
    .filter(({ missing }) => missing > 0)
    .toSorted((a, b) => b.missing - a.missing || (placeOf(a) < placeOf(b) ? -1 : 1))
    .map((slice) => [verdictOn(slice, seen), slice] as const);
  const note = (verdict: Verdict, why: string): string[] => {
    const places = judged.flatMap(([given, slice]) => (given === verdict ? placeOf(slice) : []));
    return places.length === 0 ? [] : [`not judged, for ${why}: ${some(places)}`];
  };
  return {
    findings: judged.flatMap(([verdict, slice]) => [
      ...(verdict === 'empty' ? [withoutJobs(slice)] : []),
      ...(verdict === 'incomplete' ? [missingDays(slice)] : []),
    ]),
    notes: [
      ...note('left', `no good pull saw a day since ${daysOf(options).from}`),
      ...note('idle', 'AWS shows no job at present, which is usual for it'),
    ],
  };
}

type Verdict = 'left' | 'empty' | 'idle' | 'incomplete';

function verdictOn(slice: CoveredSlice, { emptyPulls, histories }: DaysSeen): Verdict {
  const { kind, region, lastSeen, lastMissing = '' } = slice;
  if (lastSeen === undefined) return 'left';
  const emptyPull = emptyPulls.get(nameOfSlice(slice)) ?? '';
  if (lastMissing < lastSeen || emptyPull <= addDays(lastSeen, 1)) return 'incomplete';
  const own = histories
    .filter((history) => history.kind === kind && history.region === region)
    .map((history) => jobDaysOf(history, lastSeen));
  return isLongPause(daysFrom(lastSeen, lastMissing), own) ? 'empty' : 'idle';
}

export function nameOfSlice({ kind, region, scope }: Record<'kind' | 'region' | 'scope', string>): string {
  return [kind, region, scope].join(' ');
}

function withoutJobs(slice: CoveredSlice): CheckFinding {
  const { kind, region, lastSeen = '', lastMissing = '' } = slice;
  const days = daysFrom(lastSeen, lastMissing);
  return aFinding({
    code: 'slice-empty',
    kind,
    region,
    account: accountOf(slice),
    day: lastSeen,
    value: days,
    compared_with: 0,
    message:
      `good pulls have seen no job at all since ${lastSeen}, for ${counted(days, 'day')}: does the caller still see the ` +
      'organisation? See backup-ledger doctor',
  });
}

function missingDays(slice: CoveredSlice): CheckFinding {
  const { kind, region, missing, lost, firstMissing, lastMissing } = slice;
  const days = firstMissing === lastMissing ? firstMissing : `between ${firstMissing} and ${lastMissing}`;
  const rest = missing - lost;
  const cure = [
    ...(lost > 0 ? [`${lost === missing ? '' : `${lost} of them `}lost for good`] : []),
    ...(rest > 0 ? ['pull again while AWS still shows them'] : []),
  ];
  return aFinding({
    code: 'days-incomplete',
    kind,
    region,
    account: accountOf(slice),
    day: firstMissing ?? null,
    value: missing,
    compared_with: 0,
    message: `no good pull saw ${counted(missing, 'day')}, ${days}: ${cure.join('; ')}`,
  });
}

function placeOf({ kind, region, scope }: CoveredSlice): string {
  return `${kind} in ${region}${scope === ANY_ACCOUNT ? '' : ` of ${scope}`}`;
}

/** The days of each kind that a good pull saw in any slice, kinds in their own order. */
export function knownDays(slices: readonly CoveredSlice[]): ReadonlyMap<Kind, KnownDays> {
  const days = kindNames.flatMap((kind) => {
    const own = slices.filter((slice) => slice.kind === kind);
    const first = own.flatMap(({ firstSeen }) => firstSeen ?? []).toSorted()[0];
    const last = own
      .flatMap(({ lastSeen }) => lastSeen ?? [])
      .toSorted()
      .at(-1);
    return first === undefined || last === undefined ? [] : [[kind, { first, last }] as const];
  });
  return new Map(days);
}

/** Tells up to which day the jobs of an account are known, by kind and region; undefined where nobody pulls them. */
export function lastDayKnown(slices: readonly CoveredSlice[]): LastDayKnown {
  const bySlice = new Map(slices.map((slice) => [nameOfSlice(slice), slice.lastSeen]));
  return (kind, region, account) =>
    [ANY_ACCOUNT, account]
      .flatMap((scope) => bySlice.get(nameOfSlice({ kind, region, scope })) ?? [])
      .toSorted()
      .at(-1);
}

export type LastDayKnown = (kind: Kind, region: string, account: string) => Day | undefined;
