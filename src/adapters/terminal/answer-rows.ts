import { visibleInLine } from '../../domain/visible.ts';
import type { AnswerColumn, QueryAnswer } from '../../ports.ts';

/** Rows that a layout is chosen by. Later ones are not waited for. */
const SAMPLE_ROWS = 200;

/** What a layout is chosen by. */
export interface Sample {
  readonly names: readonly string[];
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly string[])[];
}

/** Writes one row, numbered from 0. */
export type WriteRow = (cells: readonly string[], at: number) => string;

export interface Layout {
  /** What stands above the rows. */
  readonly head: string;
  readonly writeRow: WriteRow;
}

/** An answer for people, row by row, in a layout that is chosen by its first rows. */
export async function* laidOut(
  { columns, rows }: QueryAnswer,
  layoutOf: (sample: Sample) => Layout,
): AsyncIterable<string> {
  const waiting: (readonly (string | null)[])[] = [];
  let count = 0;
  let write: ((row: readonly (string | null)[]) => string) | undefined;
  const begin = (): string => {
    const shownAs = cellsOf(columns, waiting);
    const sample = {
      names: columns.map(({ name }) => visibleInLine(name)),
      columns,
      rows: waiting.map(shownAs),
    };
    const { head, writeRow } = layoutOf(sample);
    write = (row) => writeRow(shownAs(row), count++);
    return head + waiting.map(write).join('');
  };
  for await (const row of rows) {
    if (write) yield write(row);
    else if (waiting.push(row) === SAMPLE_ROWS) yield begin();
  }
  if (!write) yield begin();
}

/** Makes cells fit for people: rates rounded, and what would steer a terminal written out. Null is empty. */
function cellsOf(columns: readonly AnswerColumn[], sample: readonly (readonly (string | null)[])[]) {
  const isRate = columns.map(
    ({ type }, at) => type === 'number' && sample.some((row) => LONG_FRACTION.test(row[at] ?? '')),
  );
  return (row: readonly (string | null)[]): string[] =>
    row.map((cell, at) => {
      if (cell === null) return '';
      return visibleInLine(columns[at]?.type === 'number' ? rounded(cell, isRate[at] ?? false) : cell);
    });
}

const PLACES = 4;
const LONG_FRACTION = new RegExp(`[.]\\d{${PLACES + 1}}|\\d[eE]-`);
/** Of a larger number a double does not hold so many places. */
const MAX_ROUNDED = 1e10;

/**
 * A number with a long fraction, to four places; to more where four would make it a whole number: 0.99998 is not all, and
 * 0.00002 not none. In a column of rates shorter ones are brought to four.
 */
function rounded(cell: string, isRate: boolean): string {
  const number = Number(cell);
  const isLong = LONG_FRACTION.test(cell);
  if (!(isLong || (isRate && cell.includes('.'))) || !(Math.abs(number) <= MAX_ROUNDED)) return cell;
  if (Number.isInteger(number)) return number.toFixed(PLACES);
  for (let places = PLACES; places <= 20; places++) {
    const text = number.toFixed(places);
    if (!Number.isInteger(Number(text))) return text;
  }
  return cell;
}
