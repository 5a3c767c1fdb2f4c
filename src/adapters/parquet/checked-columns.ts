import { inspect } from 'node:util';
import {
  columnFacts,
  columnsOf,
  type ColumnType,
  type RowColumnName,
  rowColumnNames,
  rowColumnsOf,
  type SummaryRow,
} from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import { DAY_MS, type Day, startOfDay } from '../../domain/day.ts';
import { EncodeError } from '../../errors.ts';
import { type Column, columnOf } from './columns.ts';

/** What a file can hold faithfully. The library that writes it coerces what it is given: `'12abc'` becomes 12. */

interface Accepted {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const accepted: Readonly<Record<Exclude<ColumnType, 'date'>, Accepted>> = {
  string: {
    expected: 'well-formed text',
    accepts: (value) => typeof value === 'string' && value.isWellFormed(),
  },
  bigint: {
    expected: 'a whole number within ±(2^53−1)',
    accepts: Number.isSafeInteger,
  },
  timestamp: {
    expected: 'whole epoch milliseconds within ±8.64e15',
    accepts: (value) => Number.isInteger(value) && Math.abs(Number(value)) <= 8.64e15,
  },
};

/**
 * The columns of a file with these rows of one day, in order. Throws `EncodeError` for a value the file cannot hold
 * faithfully, a missing or unknown column, a value in a column the kind does not have, and a row of another day.
 */
export function checkedColumns(kind: Kind, day: Day, rows: readonly SummaryRow[]): Column[] {
  const present = new Set(rowColumnsOf(kind));
  // Each different value is looked at once; where one is wrong, its row is looked for.
  const all = holdsWholeRows(rows) ? rowColumnNames.map((name) => columnOf(name, rows)) : undefined;
  const isRight = all?.every(({ name, values }) =>
    values.every((value) => isAccepted(name as RowColumnName, value, present.has(name as RowColumnName))),
  );
  if (!all || !isRight) throw firstProblem(kind, rows, present);
  const byName = new Map(all.map((column) => [column.name, column]));
  assertDay(day, byName.get('start_time'));
  return columnsOf(kind).map((name) => byName.get(name) ?? dayColumn(day, rows.length));
}

/** The one derived column: the day, in days since 1970. */
function dayColumn(day: Day, rows: number): Column {
  return { name: 'start_date', values: [startOfDay(day) / DAY_MS], indices: new Uint32Array(rows) };
}

/** The library holds no date before 1970. */
function assertDay(day: Day, starts: Column | undefined): void {
  const start = startOfDay(day);
  if (!(start >= 0)) throw new EncodeError(`start_date: expected a day from 1970 on, got ${day}`);
  const stray = starts?.values.find((value) => Math.floor((Number(value) - start) / DAY_MS) !== 0);
  if (stray !== undefined)
    throw new EncodeError(`start_time: expected an instant of ${day}, got ${show(stray)}`);
}

function firstProblem(
  kind: Kind,
  rows: readonly SummaryRow[],
  present: ReadonlySet<RowColumnName>,
): EncodeError {
  for (const [index, row] of rows.entries()) {
    const problem = problemOf(row, present);
    if (problem !== undefined) return new EncodeError(`row ${index} of kind ${kind}: ${problem}`);
  }
  return new EncodeError(`rows of kind ${kind} changed while they were looked at`);
}

function holdsWholeRows(rows: readonly SummaryRow[]): boolean {
  // Not `every`, which passes over holes.
  for (const row of rows) if (!isWhole(row)) return false;
  return true;
}

/** With as many cells as there are columns and no column missing, none is unknown. */
function isWhole(row: Cells): boolean {
  if (typeof row !== 'object' || row === null) return false;
  let cells = 0;
  // Object.keys would make a list for each row.
  for (const _ in row) cells += 1;
  return cells === rowColumnNames.length;
}

type Cells = Readonly<Record<string, unknown>>;

function problemOf(row: Cells, present: ReadonlySet<RowColumnName>): string | undefined {
  if (typeof row !== 'object' || row === null) return `expected a row, got ${show(row)}`;
  const unknown = Object.keys(row).find((key) => !rowColumnNames.some((name) => name === key));
  if (unknown !== undefined) return `unknown column ${show(unknown)}`;
  const wrong = rowColumnNames.find((name) => !isAccepted(name, row[name], present.has(name)));
  return wrong && `${wrong}: expected ${expectedOf(wrong, present.has(wrong))}, got ${show(row[wrong])}`;
}

/** Unlike JSON it shows every value, `NaN` and `5n` too: anything may turn up where the types say it cannot. */
function show(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 80 });
}

function typeOf(name: RowColumnName): Accepted {
  return accepted[columnFacts(name).type as keyof typeof accepted];
}

function isAccepted(name: RowColumnName, value: unknown, present: boolean): boolean {
  const { nullable } = columnFacts(name);
  if (value === null) return nullable || !present;
  return present && typeOf(name).accepts(value);
}

function expectedOf(name: RowColumnName, present: boolean): string {
  const { nullable } = columnFacts(name);
  if (!present) return 'null, for the kind has no such column';
  return nullable ? `${typeOf(name).expected} or null` : typeOf(name).expected;
}
