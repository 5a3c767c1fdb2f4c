import type { QueryAnswer } from '../../ports.ts';
import { laidOut } from './answer-rows.ts';
import { padding, widthsOf } from './cells.ts';

/** The shortest line below a heading that every reader of Markdown takes for one. */
const LEAST_WIDTH = 3;

/** Rows as a table of GitHub Flavored Markdown, to be pasted into a page, a ticket or a chat. */
export function asMarkdown(answer: QueryAnswer): AsyncIterable<string> {
  return laidOut(answer, ({ names, columns, rows }) => {
    const isNumber = columns.map(({ type }) => type === 'number');
    const natural = widthsOf([names.map(literal), ...rows.map((row) => row.map(literal))]);
    const widths = natural.map((width) => Math.max(LEAST_WIDTH, width));
    const lineOf = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
    const writeRow = (cells: readonly string[]) =>
      lineOf(
        cells.map((cell, at) => {
          const text = literal(cell);
          const blank = padding(text, widths[at] ?? 0);
          return isNumber[at] ? blank + text : text + blank;
        }),
      );
    const rules = widths.map((width, at) => (isNumber[at] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
    return { head: writeRow(names) + lineOf(rules), writeRow };
  });
}

/** A text that Markdown shows as it is: `_` means something at the edge of a word only. */
function literal(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*~[\]|]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\$&`);
}
