import type { SqlType } from '../../../schemas/sql-type.ts';

/** What DuckDB must be told so that SQL written for Athena runs on it, as far as that can be told. */
export const dialect: readonly string[] = [
  // Athena's clock is UTC, and its integers divide to integers.
  `SET TimeZone = 'UTC'`,
  `SET integer_division = true`,
  `SET lambda_syntax = 'ENABLE_SINGLE_ARROW'`,
  `CREATE MACRO cardinality(list) AS len(list)`,
  `CREATE MACRO approx_distinct(value) AS approx_count_distinct(value)`,
  `CREATE MACRO from_unixtime(seconds) AS make_timestamp(CAST(seconds * 1000000 AS BIGINT))`,
  `CREATE MACRO from_iso8601_date(day) AS CAST(day AS DATE)`,
];

const typeNames = { string: 'VARCHAR', bigint: 'BIGINT', date: 'DATE', timestamp: 'TIMESTAMP' } as const;

/** DuckDB's name of a type: `STRUCT("partition" VARCHAR, "rows" BIGINT)[]`. */
export function duckDbType(type: SqlType): string {
  if (typeof type === 'string') return typeNames[type];
  if ('array' in type) return `${duckDbType(type.array)}[]`;
  const fields = Object.entries(type.struct).map(
    ([name, field]) => `${identifier(name)} ${duckDbType(field)}`,
  );
  return `STRUCT(${fields.join(', ')})`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function list(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}
