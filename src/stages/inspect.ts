import type { SummaryRow } from '../../schemas/columns.ts';
import { knownMessageCategories, knownResourceTypes, knownStatesOf } from '../../schemas/kinds.ts';
import { isMidnight } from '../domain/day.ts';
import { show, some } from '../domain/show.ts';
import { isAggregated, type Slice } from '../domain/slice.ts';

/** What is stored as AWS sent it, but worth a person's look: one sentence each. */
export function inspectRows(slice: Slice, rows: readonly SummaryRow[]): string[] {
  return [...unknownValues(slice, rows), ...oddStarts(slice, rows)];
}

function unknownValues(slice: Slice, rows: readonly SummaryRow[]): string[] {
  const states = new Set(knownStatesOf(slice.kind));
  const types = new Set(knownResourceTypes);
  const categories = new Set(knownMessageCategories);
  return [
    ...unknown('state', isAggregated(slice, 'State') ? [] : rows.map((row) => row.state), (value) =>
      states.has(value),
    ),
    ...unknown(
      'resource type',
      isAggregated(slice, 'ResourceType') ? [] : rows.map((row) => row.resource_type),
      (value) => types.has(value),
    ),
    ...unknown(
      'message category',
      isAggregated(slice, 'MessageCategory') ? [] : rows.map((row) => row.message_category),
      (value) => categories.has(value.toLowerCase()),
    ),
  ];
}

function unknown(
  what: string,
  values: readonly (string | null)[],
  isKnown: (value: string) => boolean,
): string[] {
  const unseen = new Set<string>();
  for (const value of values) if (value !== null && !isKnown(value)) unseen.add(value);
  if (unseen.size === 0) return [];
  return [`${what} this version does not know, stored as it came: ${some([...unseen].toSorted().map(show))}`];
}

/** The rules of merging go by UTC day; a daily row that starts at another time leans on ground we did not foresee. */
function oddStarts(slice: Slice, rows: readonly SummaryRow[]): string[] {
  if (slice.aggregationPeriod !== 'ONE_DAY') return [];
  const odd = rows.filter((row) => !isMidnight(row.start_time));
  const [first] = odd;
  if (!first) return [];
  const example = new Date(first.start_time).toISOString();
  return [
    `${odd.length} daily rows do not start at 00:00 UTC (one starts ${example}); they are stored under their UTC date`,
  ];
}
