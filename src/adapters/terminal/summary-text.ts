import stringWidth from 'string-width';
import type { Block, Look, Paragraph, Summary, SummaryTable, Word } from '../../domain/summary.ts';
import { visibleInLine } from '../../domain/visible.ts';
import { cut, GAP, lineWidth, narrowed, padding, widthsOf } from './cells.ts';
import { type Paint, painter } from './paint.ts';

/** A text column of a table is not cut below this. */
const LEAST_WIDTH = 8;

interface Page {
  readonly width: number;
  readonly paint: Paint;
}

/** A summary as a terminal shows it. Words of others cannot steer it, whatever they say. */
export function summaryText(summary: Summary, { width = Infinity, colour }: Look): string {
  const page = { width, paint: painter(colour) };
  return summary.map((block) => blockText(block, page)).join('\n');
}

function blockText(block: Block, page: Page): string {
  return 'columns' in block
    ? tableText(block, page)
    : block.map((paragraph) => paragraphText(paragraph, page)).join('');
}

function tableText(table: SummaryTable, { width, paint }: Page): string {
  const { columns, rows } = fitting(shown(table), width);
  const natural = widthsOf([columns.map(({ title }) => title), ...rows.map((row) => row.map(textOf))]);
  const isFixed = columns.map(({ isNumber = false }) => isNumber);
  const widths = narrowed(natural, { width, isFixed, least: LEAST_WIDTH }) ?? natural;
  const titles = columns.map(({ title }): Word => ({ text: title, tone: 'quiet' }));
  const lines = [titles, ...rows].map((cells) =>
    cells
      .map((cell, at) => {
        const text = cut(cell.text, widths[at] ?? 0);
        const blank = padding(text, widths[at] ?? 0);
        return isFixed[at] ? blank + paint(text, cell.tone) : paint(text, cell.tone) + blank;
      })
      .join(GAP)
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}

function textOf({ text }: Word): string {
  return text;
}

function shown({ columns, rows }: SummaryTable): SummaryTable {
  return {
    columns,
    rows: rows.map((row) => row.map((cell) => ({ ...cell, text: visibleInLine(cell.text) }))),
  };
}

/** Without the columns the line has no room for. */
function fitting(table: SummaryTable, width: number): SummaryTable {
  const { columns, rows } = table;
  const widths = widthsOf([columns.map(({ title }) => title), ...rows.map((row) => row.map(textOf))]);
  const most = Math.max(0, ...columns.map(({ spare = 0 }) => spare));
  if (lineWidth(widths) <= width || most === 0) return table;
  const isKept = columns.map(({ spare }) => spare !== most);
  const kept = <T>(cells: readonly T[]) => cells.filter((_, at) => isKept[at]);
  return fitting({ columns: kept(columns), rows: rows.map(kept) }, width);
}

/** Broken between words; the lines after the first begin below its first word. */
function paragraphText({ sign, words }: Paragraph, { width, paint }: Page): string {
  const begin = sign ? paint(sign.text, sign.tone) + GAP : '';
  const indent = ' '.repeat(sign ? stringWidth(sign.text) + GAP.length : 0);
  const lines: string[] = [];
  let line = '';
  let used = indent.length;
  for (const { text, tone } of words.flatMap(piecesOf)) {
    const word = text.trimEnd();
    if (line !== '' && used + stringWidth(word) > width) {
      lines.push(line);
      line = '';
      used = indent.length;
    }
    line += paint(word, tone) + text.slice(word.length);
    used += stringWidth(text);
  }
  return [...lines, line].map((text, at) => `${at === 0 ? begin : indent}${text.trimEnd()}\n`).join('');
}

/** Each with the spaces behind it. */
function piecesOf({ text, tone }: Word): Word[] {
  const pieces = visibleInLine(text).match(/\S+\s*|\s+/g) ?? [];
  return pieces.map((piece) => ({ text: piece, ...(tone && { tone }) }));
}
