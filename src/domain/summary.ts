/** What a person is told at the end of a command: what is said, before a terminal lays it out. */
export type Summary = readonly Block[];

/** An empty line stands between blocks. */
export type Block = SummaryTable | readonly Paragraph[];

/** What a word stands for. Each is said by a sign or by words, too: colour only helps to find it. */
export type Tone = 'good' | 'bad' | 'doubtful' | 'strong' | 'quiet';

export interface Word {
  readonly text: string;
  readonly tone?: Tone;
}

export interface SummaryColumn {
  readonly title: string;
  readonly isNumber?: true;
  /** Where the terminal is too narrow, the column with the highest is left out first; one without it stays. */
  readonly spare?: number;
}

export interface SummaryTable {
  readonly columns: readonly SummaryColumn[];
  /** A cell for each column. */
  readonly rows: readonly (readonly Word[])[];
}

/** One line, or as many as the terminal needs for it. */
export interface Paragraph {
  /** Stands before the first line; the others are as far from the edge. */
  readonly sign?: Word;
  readonly words: readonly Word[];
}

/** How a text for people may look. */
export interface Look {
  /** Characters in a line; undefined where nothing limits them. */
  readonly width: number | undefined;
  readonly colour: boolean;
}

/** Signs that begin a line, in every summary the same. */
export const signs = {
  ok: { text: '✓', tone: 'good' },
  doubtful: { text: '!', tone: 'doubtful' },
  failed: { text: '✗', tone: 'bad' },
  idle: { text: '–', tone: 'quiet' },
  next: { text: '→' },
} as const satisfies Readonly<Record<string, Word>>;

/** A count in a cell; none is no news. */
export function countWord(count: number, tone?: Tone): Word {
  return { text: count.toLocaleString('en'), ...(count === 0 ? { tone: 'quiet' } : tone && { tone }) };
}
