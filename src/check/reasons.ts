import type { Kind } from '../../schemas/kinds.ts';
import type { CheckFinding } from '../../schemas/check-result.ts';
import { addDays, type Day } from '../domain/day.ts';
import { counted } from '../domain/show.ts';
import type { KnownDays } from './coverage.ts';
import { weekBeforeBegins } from './rates.ts';
import { aFinding, WEEK_DAYS } from './task.ts';

/** What jobs of a kind failed with, or completed with issues for, in the newest week, and not in the days looked at before. */
export interface NewReason {
  readonly kind: Kind;
  /** Message category, or state where there is none. */
  readonly reason: string;
  readonly jobs: number;
  readonly accounts: number;
  readonly firstDay: Day;
}

/** Of a name from AWS so much is told, in characters. */
const MAX_LENGTH = 80;

/** The reasons that are new, the one of most jobs first. Without the week before nothing is known to be new. */
export function judgeReasons(
  reasons: readonly NewReason[],
  known: ReadonlyMap<Kind, KnownDays>,
): CheckFinding[] {
  return reasons
    .flatMap((reason) => {
      const days = known.get(reason.kind);
      return days && days.first <= weekBeforeBegins(days.last) ? [newReason(reason, days)] : [];
    })
    .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0) || (a.message < b.message ? -1 : 1));
}

function newReason({ kind, reason, jobs, accounts, firstDay }: NewReason, days: KnownDays): CheckFinding {
  const before = addDays(days.last, -WEEK_DAYS);
  return aFinding({
    code: 'reason-new',
    kind,
    day: firstDay,
    value: jobs,
    compared_with: 0,
    message:
      `${reason.slice(0, MAX_LENGTH).toWellFormed()}: ${counted(jobs, 'job')} in ${counted(accounts, 'account')} ` +
      `since ${firstDay}, none from ${days.first} to ${before}`,
  });
}
