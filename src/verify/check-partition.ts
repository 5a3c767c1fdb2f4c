import { columnFacts, dimensionsOf, identityColumnsOf, type SummaryRow } from '../../schemas/columns.ts';
import { AGGREGATE_ALL, ANY, type Kind } from '../../schemas/kinds.ts';
import type { FindingCode } from '../../schemas/verify-result.ts';
import { type Day, monthOf, utcDay } from '../domain/day.ts';
import type { PartitionKey } from '../ledger/partition.ts';
import { fileOrder, identityOf } from '../domain/row.ts';
import { show } from '../domain/show.ts';
import type { Grain } from '../domain/slice.ts';

export interface RowsProblem {
  readonly code: Extract<
    FindingCode,
    'key-mismatch' | 'rows-unsorted' | 'identity-repeated' | 'value-out-of-range'
  >;
  readonly message: string;
}

/** What a partition holds of one day: rows of one kind, shaped by the filters its table is bound to. */
export interface Held {
  readonly kind: Kind;
  readonly grain: Grain;
  readonly day: Day;
  readonly rows: readonly SummaryRow[];
}

/**
 * What is wrong with a partition's rows of one day, the first example of each sort. That every row belongs where it lies also
 * means that no identity can occur in two objects: its start time and region are part of it.
 */
export function checkDay(key: PartitionKey, held: Held): RowsProblem[] {
  return [...misplaced(key, held), ...outOfRange(held), ...unsorted(held), ...repeated(held)];
}

function misplaced(key: PartitionKey, { day, rows }: Held): RowsProblem[] {
  return first(
    'key-mismatch',
    rows.filter(
      (row) => row.region !== key.region || utcDay(row.start_time) !== day || monthOf(day) !== key.month,
    ),
    (row) =>
      `expected rows of ${key.region} in ${key.month}, got one of ${row.region} on ${utcDay(row.start_time)}`,
  );
}

function outOfRange({ kind, grain, rows }: Held): RowsProblem[] {
  const problems = rows.map((row) => problemOf(kind, grain, row)).filter((problem) => problem !== undefined);
  return first('value-out-of-range', problems, (problem) => problem);
}

function problemOf(kind: Kind, grain: Grain, row: SummaryRow): string | undefined {
  if (row.job_count < 0) return `job_count: expected a whole number from 0, got ${row.job_count}`;
  if (row.end_time !== null && row.end_time < row.start_time) {
    return `end_time: expected no earlier than start_time ${row.start_time}, got ${row.end_time}`;
  }
  const name = dimensionsOf(kind).find((dimension) => {
    const field = columnFacts(dimension).field as keyof Grain;
    return row[dimension] === ANY || (row[dimension] === AGGREGATE_ALL && grain[field] !== AGGREGATE_ALL);
  });
  return name && `${name}: expected one value, not a sum, got ${show(row[name])}`;
}

function unsorted({ kind, rows }: Held): RowsProblem[] {
  const order = fileOrder(kind);
  const at = rows.findIndex((row, index) => {
    const before = rows[index - 1];
    return before !== undefined && order(before, row) > 0;
  });
  return at < 0 ? [] : [{ code: 'rows-unsorted', message: `row ${at + 1} belongs before row ${at}` }];
}

function repeated({ kind, rows }: Held): RowsProblem[] {
  const identify = identityOf(kind);
  const seen = new Set<string>();
  const again = rows.filter((row) => seen.size === seen.add(identify(row)).size);
  return first('identity-repeated', again, (row) => {
    const dimensions = identityColumnsOf(kind);
    return `${dimensions.map((name) => show(row[name])).join(', ')} is there twice`;
  });
}

function first<T>(
  code: RowsProblem['code'],
  found: readonly T[],
  describe: (item: T) => string,
): RowsProblem[] {
  const [one] = found;
  if (one === undefined) return [];
  const others = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  return [{ code, message: describe(one) + others }];
}
