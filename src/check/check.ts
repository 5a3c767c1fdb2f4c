import {
  type CheckCode,
  checkCodeNames,
  type CheckResult,
  type CheckFinding,
} from '../../schemas/check-result.ts';
import type { QueryEngine } from '../ports.ts';
import { utcDay } from '../domain/day.ts';
import { accountOf } from '../domain/slice.ts';
import { judgeAge, newestOf } from './age.ts';
import { type CoveredSlice, judgeDays, knownDays, lastDayKnown } from './coverage.ts';
import type { AccountHistory } from './history.ts';
import {
  askEmptyPulls,
  askHistories,
  askNewest,
  askPulls,
  askRates,
  askReasons,
  askSlices,
  askWholeHistories,
} from './questions.ts';
import { fleetOf, judgeRates } from './rates.ts';
import { judgeReasons } from './reasons.ts';
import { judgeSilence, judgeUnseen } from './silence.ts';
import { judgeStopped } from './stopped.ts';
import { aFinding, type CheckOptions, daysOf, historyBegins, type Judgement, placeOf } from './task.ts';

export type Checked = Pick<CheckResult, 'findings' | 'notes' | 'kinds'>;

/** Asks the views, and nothing else, what got worse, fell silent or fell below target. Throws what the engine throws. */
export async function checkLedger(engine: QueryEngine, options: CheckOptions): Promise<Checked> {
  const days = daysOf(options);
  const slices = await askSlices(engine, days);
  const emptyPulls = await askEmptyPulls(engine, days);
  const newest = newestOf(slices) ?? (await askNewest(engine));
  const age = judgeAge({ newest, emptyPull: [...emptyPulls.values()].toSorted().at(-1) }, options);
  if (!newest) return { findings: age, notes: [], kinds: [] };
  const known = knownDays(slices);
  const histories = await historiesFor(engine, options);
  const unseen = histories.length === 0 ? [withoutJobs()] : judgeUnseen(histories, options);
  const common = [...age, ...unseen];
  if (known.size === 0) return { findings: inOrder(common), notes: [], kinds: [] };
  const rates = await askRates(engine, known, days.from);
  const reasons = await askReasons(engine, known, days.from);
  const stopped = judgeStopped(await askPulls(engine, historyBegins(options)), options);
  const judgements: readonly Judgement[] = [
    judgeRates(rates, known, options),
    { findings: stopped, notes: [] },
    judgeDays({ slices: slices.filter(isNotOf(stopped)), emptyPulls, histories }, options),
    { findings: judgeSilence(histories, lastDayKnown(slices), options), notes: [] },
    { findings: judgeReasons(reasons, known), notes: [] },
  ];
  return {
    findings: inOrder([...common, ...judgements.flatMap(({ findings }) => findings)]),
    notes: judgements.flatMap(({ notes }) => notes),
    kinds: fleetOf(rates, known),
  };
}

/** Expected accounts are looked for in the whole ledger. */
async function historiesFor(engine: QueryEngine, options: CheckOptions): Promise<AccountHistory[]> {
  const { now, expected = [] } = options;
  const recent = await askHistories(engine, { from: historyBegins(options), to: utcDay(now) });
  const seen = new Set(recent.map(({ account }) => account));
  const missing = expected.filter((account) => !seen.has(account));
  return missing.length === 0 ? recent : [...recent, ...(await askWholeHistories(engine, missing))];
}

/** A slice is told of once. */
function isNotOf(findings: readonly CheckFinding[]): (slice: CoveredSlice) => boolean {
  const told = new Set(findings.map(({ place }) => place));
  return (slice) => !told.has(placeOf({ ...slice, account: accountOf(slice) }));
}

function withoutJobs(): CheckFinding {
  return aFinding({
    code: 'ledger-empty',
    message:
      'the ledger has days, but no job of any account on any of them: does the caller of pull still see the organisation? ' +
      'See backup-ledger doctor',
  });
}

/** By the rank of their codes; within one they keep their order. */
function inOrder(findings: readonly CheckFinding[]): CheckFinding[] {
  const rank = new Map<CheckCode, number>(checkCodeNames.map((code, index) => [code, index]));
  return findings.toSorted((a, b) => (rank.get(a.code) ?? 0) - (rank.get(b.code) ?? 0));
}
