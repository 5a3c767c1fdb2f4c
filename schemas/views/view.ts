/**
 * A view over the tables of a ledger. Its SQL is of the subset that Athena (engine v3) and DuckDB share, so one text
 * serves both; what DuckDB calls otherwise is taught to it in `src/adapters/duckdb/dialect.ts`.
 */
export interface View {
  readonly name: string;
  readonly comment: string;
  /** A SELECT. */
  readonly sql: string;
  /** Questions it answers. */
  readonly examples: readonly Example[];
}

export interface Example {
  readonly question: string;
  readonly sql: string;
}

/** `'a', 'b'`, each quoted. */
export function literals(texts: readonly string[]): string {
  return texts.map((text) => `'${text.replaceAll("'", "''")}'`).join(', ');
}

/** Athena's statement that creates the view, or replaces it. */
export function createViewSql({ name, sql }: View): string {
  return `CREATE OR REPLACE VIEW ${name} AS\n${sql}`;
}

/** A few thousand whole numbers from 0, as the CTEs `digits` and `numbers`: neither engine's own way works on the other. */
const DIGITS = Array.from({ length: 10 }, (_, digit) => `(${digit})`).join(', ');
export const numbersSql = `digits AS (
  SELECT digit FROM (VALUES ${DIGITS}) AS digits (digit)
), numbers AS (
  SELECT ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit AS n
  FROM digits AS ones CROSS JOIN digits AS tens CROSS JOIN digits AS hundreds CROSS JOIN digits AS thousands
)`;

/** The month of a date, as partitions have it. */
export function monthSql(date: string): string {
  return `substr(CAST(${date} AS varchar), 1, 7)`;
}

/** Bounds the months, so that only their objects are read, and the days, both included. */
export function withinSql(from: string, to: string): string {
  const months = [from, to].map((day) => `'${day.slice(0, 7)}'`).join(' AND ');
  return `start_month BETWEEN ${months} AND start_date BETWEEN DATE '${from}' AND DATE '${to}'`;
}
