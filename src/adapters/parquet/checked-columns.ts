import { inspect } from 'node:util';
import {
  columnFacts,
  type ColumnName,
  columnNames,
  columns,
  columnsOf,
  type ColumnType,
  type SummaryRow,
} from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import { EncodeError } from '../../errors.ts';
import { type Column, columnOf } from './columns.ts';

/** What a file can hold faithfully. The library that writes it coerces what it is given: `'12abc'` becomes 12. */

interface Check {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const checks: Readonly<Record<ColumnType, Check>> = {
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
 * The rows as the columns of their kind, in the order of its files.
 *
 * @throws {EncodeError} for a value that cannot be held, a missing or unknown column, a value in a column the kind does
 *   not have
 */
export function checkedColumns(kind: Kind, rows: readonly SummaryRow[]): Column[] {
  const present = new Set(columnsOf(kind));
  // Each different value is looked at once; where one is wrong, its row is looked for.
  const all = holdsWholeRows(rows) ? columnNames.map((name) => columnOf(name, rows)) : undefined;
  const isRight = all?.every(({ name, values }) =>
    values.every((value) => isAccepted(name, value, present.has(name))),
  );
  if (all && isRight) return all.filter(({ name }) => present.has(name));
  for (const [index, row] of rows.entries()) {
    const problem = problemOf(row, present);
    if (problem !== undefined) throw new EncodeError(`row ${index} of kind ${kind}: ${problem}`);
  }
  throw new EncodeError(`rows of kind ${kind} changed while they were looked at`);
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
  return cells === columnNames.length;
}

type Cells = Readonly<Record<string, unknown>>;

function problemOf(row: Cells, present: ReadonlySet<ColumnName>): string | undefined {
  if (typeof row !== 'object' || row === null) return `expected a row, got ${show(row)}`;
  const unknown = Object.keys(row).find((key) => !Object.hasOwn(columns, key));
  if (unknown !== undefined) return `unknown column ${show(unknown)}`;
  const wrong = columnNames.find((name) => !isAccepted(name, row[name], present.has(name)));
  return wrong && `${wrong}: expected ${expectedOf(wrong, present.has(wrong))}, got ${show(row[wrong])}`;
}

/** Unlike JSON it shows every value, `NaN` and `5n` too: anything may turn up where the types say it cannot. */
function show(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 80 });
}

function isAccepted(name: ColumnName, value: unknown, present: boolean): boolean {
  const { type, nullable } = columnFacts(name);
  if (value === null) return nullable || !present;
  return present && checks[type].accepts(value);
}

function expectedOf(name: ColumnName, present: boolean): string {
  const { type, nullable } = columnFacts(name);
  if (!present) return 'null, for the kind has no such column';
  return nullable ? `${checks[type].expected} or null` : checks[type].expected;
}
