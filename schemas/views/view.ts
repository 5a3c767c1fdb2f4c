/**
 * A view over the tables of a ledger. Its SQL is of the subset that Athena (engine v3) and DuckDB share, so one text
 * serves both; what DuckDB calls otherwise is taught to it in `src/adapters/duckdb/dialect.ts`.
 */
export interface View {
  readonly name: string;
  readonly comment: string;
  /** A SELECT. */
  readonly sql: string;
  /**
   * Its rows from a month on, read from little more than those months. Of a month as SQL, such as `'2026-11'`. For a view whose
   * rows of a month can be told from few months, and which no other view reads.
   */
  readonly since?: (month: string) => string;
  /** Questions it answers. */
  readonly examples: readonly Example[];
}

export type BoundableView = View & Required<Pick<View, 'since'>>;

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

/** The month of a date, as partitions have it. */
export function monthSql(date: string): string {
  return `substr(CAST(${date} AS varchar), 1, 7)`;
}

/** Bounds the months, so that only their objects are read, and the days, both included. */
export function withinSql(from: string, to: string): string {
  const months = [from, to].map((day) => `'${day.slice(0, 7)}'`).join(' AND ');
  return `start_month BETWEEN ${months} AND start_date BETWEEN DATE '${from}' AND DATE '${to}'`;
}

/** For examples: the newest days, whenever it is asked, from their months alone. */
export function lastDays(days: number): string {
  return `start_date >= ${ago(days)}\n  AND start_month >= ${monthAgo(days)}`;
}

/** For examples: one day, whenever it is asked. */
export function daysAgo(days: number): string {
  return `start_date = ${ago(days)} AND start_month = ${monthAgo(days)}`;
}

function ago(days: number): string {
  return `current_date - INTERVAL '${days}' DAY`;
}

function monthAgo(days: number): string {
  return `date_format(${ago(days)}, '%Y-%m')`;
}
