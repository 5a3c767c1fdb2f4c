import type { SqlType } from '../../../schemas/sql-type.ts';

/** Letters of MySQL's formats, which Athena takes, that DuckDB's strftime has otherwise. The names of months first: %M is minutes there. */
const MYSQL_FORMAT = [
  ['%M', '%B'],
  ['%i', '%M'],
  ['%s', '%S'],
  ['%T', '%H:%M:%S'],
  ['%W', '%A'],
  ['%e', '%-d'],
  ['%c', '%-m'],
  ['%h', '%I'],
].reduce((format, [theirs, ours]) => `replace(${format}, '${theirs}', '${ours}')`, 'format');

/** What DuckDB must be told so that SQL written for Athena runs on it, as far as that can be told. */
export const dialect: readonly string[] = [
  // Athena's clock is UTC, and its integers divide to integers.
  `SET TimeZone = 'UTC'`,
  `SET integer_division = true`,
  `SET lambda_syntax = 'ENABLE_SINGLE_ARROW'`,
  `CREATE MACRO cardinality(list) AS len(list)`,
  `CREATE MACRO sequence(first, last) AS generate_series(first, last)`,
  `CREATE MACRO json_format(value) AS CAST(value AS VARCHAR)`,
  `CREATE MACRO approx_distinct(value) AS approx_count_distinct(value)`,
  `CREATE MACRO from_unixtime(seconds) AS make_timestamp(CAST(seconds * 1000000 AS BIGINT))`,
  `CREATE MACRO from_iso8601_date(day) AS CAST(day AS DATE)`,
  `CREATE MACRO day_of_week(day) AS isodow(day)`,
  `CREATE MACRO day_of_month(day) AS day(day)`,
  `CREATE MACRO date_add(unit, amount, moment) AS moment + to_seconds(0) + CASE lower(unit)
    WHEN 'second' THEN to_seconds(amount) WHEN 'minute' THEN to_minutes(amount) WHEN 'hour' THEN to_hours(amount)
    WHEN 'day' THEN to_days(CAST(amount AS INTEGER)) WHEN 'week' THEN to_days(CAST(amount * 7 AS INTEGER))
    WHEN 'month' THEN to_months(CAST(amount AS INTEGER)) WHEN 'quarter' THEN to_months(CAST(amount * 3 AS INTEGER))
    WHEN 'year' THEN to_years(CAST(amount AS INTEGER))
    ELSE error('date_add: expected second, minute, hour, day, week, month, quarter or year, got ' || unit) END`,
  `CREATE MACRO date_format(moment, format) AS strftime(moment, ${MYSQL_FORMAT})`,
  `CREATE MACRO approx_percentile(value, share) AS quantile_disc(value, share)`,
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
