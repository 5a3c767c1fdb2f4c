import Table from 'cli-table3';
import type { QueryAnswer } from '../../ports.ts';

/** Rows in aligned columns, numbers to the right; null is an empty cell. Widths are known only when all rows are. */
export async function* asTable({ columns, rows }: QueryAnswer): AsyncIterable<string> {
  const table = new Table({
    head: columns.map(({ name }) => visible(name)),
    colAligns: columns.map(({ type }) => (type === 'number' ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: frame,
  });
  for await (const row of rows) table.push(row.map((cell) => visible(cell ?? '')));
  const lines = table.toString().split('\n');
  yield lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** A rule below the names, spaces between columns. */
const frame = {
  ...Object.fromEntries(
    ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
      ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
    ),
  ),
  middle: '  ',
};

/** Data must not steer a terminal: control characters are shown, not sent. */
function visible(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (control) => {
    return `\\u${control.codePointAt(0)?.toString(16).padStart(4, '0')}`;
  });
}
