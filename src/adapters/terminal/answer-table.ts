import stringWidth from 'string-width';
import type { QueryAnswer } from '../../ports.ts';
import { type Layout, laidOut, type Sample } from './answer-rows.ts';
import { cut, GAP, lineWidth, narrowed, padding, widthsOf } from './cells.ts';

/** A column whose values are no longer than this, such as an account or an instant, is not cut. */
const LEAST_CUT = 24;

/**
 * Rows in aligned columns below their names, numbers to the right; null is an empty cell. Given the width of a terminal, long
 * values are cut, and where that is not enough each row is turned upright: a line for each of its values.
 */
export function asTable(answer: QueryAnswer, width = Infinity): AsyncIterable<string> {
  return laidOut(answer, (sample) => {
    const isNumber = sample.columns.map(({ type }) => type === 'number');
    const natural = widthsOf([sample.names, ...sample.rows]);
    const widths = narrowed(natural, { width, isFixed: isNumber, least: LEAST_CUT });
    return widths ? aligned(sample.names, { widths, isNumber, width }) : upright(sample, width);
  });
}

interface Line {
  readonly widths: readonly number[];
  readonly isNumber: readonly boolean[];
  readonly width: number;
}

function aligned(names: readonly string[], line: Line): Layout {
  const writeRow = (cells: readonly string[]) => lineOf(cells, line);
  return { head: writeRow(names), writeRow };
}

/** A cell longer than its column takes what room there is in the line, and where none is limited pushes the rest aside. */
function lineOf(cells: readonly string[], { widths, isNumber, width }: Line): string {
  let spare = width - lineWidth(widths);
  const padded = cells.map((cell, at) => {
    const own = widths[at] ?? 0;
    const length = stringWidth(cell);
    const most = own + spare;
    spare -= Math.max(0, Math.min(length, most) - own);
    if (length > most && !isNumber[at]) {
      const text = cut(cell, most);
      return text + padding(text, own);
    }
    const blank = ' '.repeat(Math.max(0, own - length));
    return isNumber[at] ? blank + cell : cell + blank;
  });
  return `${padded.join(GAP).trimEnd()}\n`;
}

/** Longer lines only look wide. */
const MAX_TITLE_WIDTH = 80;

/** Below a line with the row's number, as `\x` of psql has it. */
function upright({ names }: Sample, width: number): Layout {
  const own = Math.max(0, ...names.map((name) => stringWidth(name)));
  const titles = names.map((name) => name + padding(name, own) + GAP);
  return {
    head: '',
    writeRow: (cells, at) => {
      const title = `─ row ${(at + 1).toLocaleString('en')} `;
      const rule = '─'.repeat(Math.max(0, Math.min(width, MAX_TITLE_WIDTH) - stringWidth(title)));
      const lines = cells.map((cell, index) => cut((titles[index] ?? '') + cell, width).trimEnd());
      return `${[title + rule, ...lines].join('\n')}\n`;
    },
  };
}
