import stringWidth from 'string-width';

/** Between two columns. */
export const GAP = '  ';

const graphemes = new Intl.Segmenter();

/** A text in so many columns of the terminal; what does not fit is cut off, and an ellipsis says so. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let room = width - stringWidth('…');
  for (const { segment } of graphemes.segment(text)) {
    room -= stringWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Spaces that bring a text to a width; none if it is longer. */
export function padding(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** The widest of each column's cells. */
export function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, at) =>
    Math.max(0, ...rows.map((row) => stringWidth(row[at] ?? ''))),
  );
}

/** What columns of these widths take of a line. */
export function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}

export interface Room {
  /** What there is for the whole line. */
  readonly width: number;
  /** Columns that are never narrowed, such as those of numbers. */
  readonly isFixed: readonly boolean[];
  /** A column is not narrowed below this. */
  readonly least: number;
}

/** The same widths, the widest narrowed until they fit into a line; undefined when they cannot. */
export function narrowed(
  widths: readonly number[],
  { width, isFixed, least }: Room,
): readonly number[] | undefined {
  if (lineWidth(widths) <= width) return widths;
  for (let most = Math.min(width, Math.max(0, ...widths)); most >= least; most--) {
    const fitted = widths.map((natural, at) => (isFixed[at] ? natural : Math.min(natural, most)));
    if (lineWidth(fitted) <= width) return fitted;
  }
  return undefined;
}
