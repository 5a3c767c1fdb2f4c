import type { DimensionColumn, EpochMs, SummaryRow } from '../../schemas/columns.ts';
import { knownResourceTypes, knownStatesOf } from '../../schemas/kinds.ts';
import { isMidnight } from '../domain/day.ts';
import { show, some } from '../domain/show.ts';
import { isAggregated, type Slice } from '../domain/slice.ts';

/** What is stored as AWS sent it, but worth a person's look: one sentence each. */
export function inspectRows(slice: Slice, rows: Iterable<SummaryRow>): string[] {
  const dimensions = lookedAt(slice);
  const starts = { offMidnight: 0, example: 0 };
  for (const row of rows) {
    for (const { column, known, unknown } of dimensions) {
      const value = row[column];
      if (value !== null && !known.has(value)) unknown.add(value);
    }
    if (isMidnight(row.start_time)) continue;
    if (starts.offMidnight === 0) starts.example = row.start_time;
    starts.offMidnight += 1;
  }
  return [...dimensions.flatMap(unknownValues), ...startsOffMidnight(slice, starts)];
}

/** A dimension whose values are known to us, and those met that are not. */
interface LookedAt {
  readonly what: string;
  readonly column: DimensionColumn;
  readonly known: ReadonlySet<string>;
  readonly unknown: Set<string>;
}

function lookedAt(slice: Slice): LookedAt[] {
  const all = [
    ['state', 'state', 'State', knownStatesOf(slice.kind)],
    ['resource type', 'resource_type', 'ResourceType', knownResourceTypes],
  ] as const;
  return all
    .filter(([, , filter]) => !isAggregated(slice, filter))
    .map(([what, column, , known]) => ({ what, column, known: new Set(known), unknown: new Set() }));
}

function unknownValues({ what, unknown }: LookedAt): string[] {
  if (unknown.size === 0) return [];
  return [
    `${what} this version does not know, stored as it came: ${some([...unknown].toSorted().map(show))}`,
  ];
}

/** The rules of merging take a daily row's window for a UTC day; AWS does not promise that it is one. */
function startsOffMidnight(
  slice: Slice,
  { offMidnight, example }: { readonly offMidnight: number; readonly example: EpochMs },
): string[] {
  if (slice.aggregationPeriod !== 'ONE_DAY' || offMidnight === 0) return [];
  const start = new Date(example).toISOString();
  return [
    `daily rows that do not start at 00:00 UTC, stored under their UTC date: ${offMidnight} (one starts ${start})`,
  ];
}
