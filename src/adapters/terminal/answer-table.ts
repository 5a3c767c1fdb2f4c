import stringWidth from 'string-width';
import { visibleInLine } from '../../domain/visible.ts';
import type { QueryAnswer } from '../../ports.ts';

/** Rows that widths are taken from. Later ones are not waited for: a longer cell pushes the rest of its line aside. */
const SAMPLE_ROWS = 200;
const GAP = '  ';

/** Rows in aligned columns below their names, numbers to the right; null is an empty cell. Row by row. */
export async function* asTable({ columns, rows }: QueryAnswer): AsyncIterable<string> {
  const names = columns.map(({ name }) => visibleInLine(name));
  const isNumber = columns.map(({ type }) => type === 'number');
  const sample: string[][] = [];
  let layOut: ((cells: readonly string[]) => string) | undefined;

  function* top(): Generator<string> {
    const widths = names.map((name, at) =>
      Math.max(stringWidth(name), ...sample.map((cells) => stringWidth(cells[at] ?? ''))),
    );
    layOut = (cells) => lineOf(cells, { widths, isNumber });
    yield [names, ...sample].map(layOut).join('');
  }

  for await (const row of rows) {
    const cells = row.map((cell) => visibleInLine(cell ?? ''));
    if (layOut) yield layOut(cells);
    else if (sample.push(cells) === SAMPLE_ROWS) yield* top();
  }
  if (!layOut) yield* top();
}

function lineOf(
  cells: readonly string[],
  { widths, isNumber }: { readonly widths: readonly number[]; readonly isNumber: readonly boolean[] },
): string {
  const padded = cells.map((cell, at) => {
    const blank = ' '.repeat(Math.max(0, (widths[at] ?? 0) - stringWidth(cell)));
    return isNumber[at] ? blank + cell : cell + blank;
  });
  return `${padded.join(GAP).trimEnd()}\n`;
}
