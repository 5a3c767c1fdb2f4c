import { type Ending, endings, factsOf, type Kind } from '../kinds.ts';
import { literals } from './view.ts';

/** SQL that tells how jobs ended. Every condition is true or false, never null, whatever the row holds. */

/** Endings that count as finished, whether well or not. */
export const finished = ['completed', 'failed', 'aborted', 'partial', 'expired'] as const;
export type FinishedCount = (typeof finished)[number];

const SUCCESS = 'success';

/** Whether the job ended so. `completed` has those with issues among it. */
export function endedAs(kind: Kind, ending: FinishedCount): string {
  return stateIn(ending === 'completed' ? completedStates(kind) : statesOf(kind, ending));
}

/** Whether the job may still change. */
export function isUnfinished(kind: Kind): string {
  return stateIn(factsOf(kind).unfinishedStates);
}

/**
 * Whether the job completed, but with issues: by its own state, or as COMPLETED with a message category other than
 * SUCCESS, which is how AWS Backup's console tells them.
 */
export function completedWithIssues(kind: Kind): string {
  const byState = stateIn(statesOf(kind, 'completed_with_issues'));
  if (!hasMessageCategory(kind)) return byState;
  return `${stateIn(completedStates(kind))} AND coalesce(lower(message_category), '') <> '${SUCCESS}'`;
}

/** Whether the job is over and was unsuccessful, or completed with issues. */
export function isTrouble(kind: Kind): string {
  const failing = endings
    .filter((ending) => ending !== 'completed')
    .flatMap((ending) => statesOf(kind, ending));
  return `${stateIn(failing)} OR (${completedWithIssues(kind)})`;
}

export function hasMessageCategory(kind: Kind): boolean {
  return factsOf(kind).dimensions.includes('MessageCategory');
}

/** Number of jobs for which the condition holds. DuckDB sums BIGINT to HUGEINT, hence the cast. */
export function jobsWhere(condition: string): string {
  return `CAST(sum(CASE WHEN ${condition} THEN job_count ELSE 0 END) AS bigint)`;
}

/** A share of 0 to 1, null where there is nothing to share. */
export function ratio(part: string, whole: string): string {
  return `CAST(${part} AS double) / nullif(${whole}, 0)`;
}

function completedStates(kind: Kind): readonly string[] {
  return [...statesOf(kind, 'completed'), ...statesOf(kind, 'completed_with_issues')];
}

function statesOf(kind: Kind, ending: Ending): readonly string[] {
  return factsOf(kind).endings[ending] ?? [];
}

function stateIn(states: readonly string[]): string {
  return states.length === 0 ? 'false' : `coalesce(state, '') IN (${literals(states)})`;
}
