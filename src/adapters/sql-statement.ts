import { UsageError } from '../errors.ts';

/** Ends at the first end there is, however the rest would read: a lazy match would reach further where that helps it. */
const COMMENT = String.raw`/\*[^*]*(?:\*(?!/)[^*]*)*\*/`;
/** To both engines a carriage return ends a line, too. */
const LINE_COMMENT = String.raw`--[^\n\r]*(?:[\n\r]|$)`;

/** What stands before a statement: blanks and comments. */
const BLANK = String.raw`(?:\s|${LINE_COMMENT}|${COMMENT})`;
const BEFORE = `${BLANK}*`;

/** `(ANALYZE, FORMAT json)`: options, not a statement in brackets. */
const OPTIONS = String.raw`\(\s*(?:analyze|format|type|verbose|costs)\b[\w\s,]*\)`;
const EXPLAIN = new RegExp(
  `^${BEFORE}explain\\b${BEFORE}(?:(?:analyze|verbose)\\b${BEFORE})*(${OPTIONS})?`,
  'i',
);
const VERB = new RegExp(`^${BEFORE}(\\(|\\w+)`);

export interface Statement {
  /** `EXPLAIN ANALYZE (FORMAT JSON) `, or nothing. */
  readonly explain: string;
  /** What is explained, or the statement itself. */
  readonly inner: string;
  /** The first word of it, in capitals: `SELECT`, or `(`. */
  readonly verb: string;
}

/** Takes the EXPLAIN off a statement: what it explains decides what it may do, since EXPLAIN ANALYZE runs it. */
export function splitExplain(sql: string): Statement {
  const [before = ''] = EXPLAIN.exec(sql) ?? [];
  const inner = sql.slice(before.length);
  const [, verb = ''] = VERB.exec(inner) ?? [];
  return { explain: before && `${wordsOf(before)} `, inner, verb: verb.toUpperCase() };
}

const reading = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE', 'SHOW', 'DESCRIBE', 'DESC', '(']);

/** Throws `UsageError` unless the statement, or what it explains, is of a kind that only reads on Athena. */
export function assertReads(sql: string): void {
  const { verb } = splitExplain(sql);
  if (!reading.has(verb)) throw new UsageError([notReading(verb)]);
}

/** For the person who typed it. */
export function notReading(verb: string): string {
  if (reading.has(verb)) return 'sql: expected one statement that reads, and nothing beside it';
  return `sql: expected a statement that reads, such as SELECT, got ${verb || 'nothing'}`;
}

function wordsOf(explain: string): string {
  return explain.replaceAll(new RegExp(`${BLANK}+`, 'g'), ' ').trim();
}
