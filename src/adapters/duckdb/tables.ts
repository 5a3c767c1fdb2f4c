import { dirname } from 'node:path/posix';
import type { CatalogColumn, CatalogTable } from '../../../schemas/catalog-table.ts';
import type { Month } from '../../domain/day.ts';
import type { TableExcerpt } from '../../ports.ts';
import { groupBy } from '../../domain/group-by.ts';
import { duckDbType, identifier, list, literal } from './dialect.ts';

/**
 * DuckDB's statement that makes the table out of its files, which may be none, or lack columns added later. Each partition is
 * a part of it with its keys as constants, so that DuckDB opens no file of a partition a statement cannot ask for.
 */
export function tableSql(table: CatalogTable, files: readonly string[]): string {
  return `CREATE OR REPLACE VIEW ${identifier(table.name)} AS ${rowsSql(table, files)}`;
}

/** Statements that hold the rows of some months; each other column than those asked for throws where it is read. */
export function heldTableSql(
  table: CatalogTable,
  files: readonly string[],
  { columns, from, to }: TableExcerpt,
): { readonly insert: string; readonly view: string } {
  const keys = table.partitionKeys.map(({ name }) => name);
  const isHeld = ({ name }: CatalogColumn) => columns.includes(name) || keys.includes(name);
  const all = [...table.columns, ...table.partitionKeys];
  const stored = all.filter(isHeld).map(({ name }) => identifier(name));
  const seen = all.map((column) => (isHeld(column) ? identifier(column.name) : notHeld(column)));
  const held = identifier(`held ${table.name}`);
  const own = filesOfMonths(files, { from, to });
  const rows = own.length === 0 ? rowsSql(table, own) : scanSql(table, own);
  return {
    insert: `CREATE TABLE ${held} AS SELECT ${stored.join(', ')} FROM (${rows})`,
    view: `CREATE VIEW ${identifier(table.name)} AS SELECT ${seen.join(', ')} FROM ${held}`,
  };
}

/** Those in partitions of the months from one on, and to one, both included. */
export function filesOfMonths(
  files: readonly string[],
  { from, to }: { readonly from: Month; readonly to?: Month },
): string[] {
  return files.filter((file) => {
    const keys = keysOf(dirname(file));
    const month = keys.get('start_month') ?? keys.get('pull_month');
    return month === undefined || (from <= month && (to === undefined || month <= to));
  });
}

function notHeld({ name, type }: CatalogColumn): string {
  return `CAST(error(${literal(`${name} is not held`)}) AS ${duckDbType(type)}) AS ${identifier(name)}`;
}

function rowsSql(table: CatalogTable, files: readonly string[]): string {
  const columns = [...table.columns, ...table.partitionKeys];
  const parts = [...groupBy(files, dirname)].map(([folder, own]) => partitionSql(table, folder, own));
  return parts.length === 0
    ? `SELECT ${columns.map(nullOf).join(', ')} WHERE false`
    : parts.join(' UNION ALL ');
}

function keysOf(folder: string): ReadonlyMap<string, string> {
  return new Map(folder.split('/').map(keyAndValue));
}

function partitionSql(table: CatalogTable, folder: string, files: readonly string[]): string {
  const keys = keysOf(folder);
  const columns = table.columns.map(({ name }) => identifier(name));
  const constants = table.partitionKeys.map(
    ({ name }) => `${literal(keys.get(name) ?? '')} AS ${identifier(name)}`,
  );
  return `SELECT ${[...columns, ...constants].join(', ')} FROM ${readers[table.format](table, files)}${daysOf(keys)}`;
}

/** The same rows by one scan, which is faster where all of it is read. */
function scanSql(table: CatalogTable, files: readonly string[]): string {
  const columns = table.columns.map(({ name }) => identifier(name));
  const keys = table.partitionKeys.map(
    ({ name }) => `regexp_extract(filename, '/${name}=([^/]*)/', 1) AS ${identifier(name)}`,
  );
  const rows = `SELECT ${[...columns, ...keys].join(', ')} FROM ${readers[table.format](table, files)}`;
  return `SELECT * FROM (${rows}) AS rows_of_files WHERE strftime(start_date, '%Y-%m') = start_month`;
}

function keyAndValue(part: string): [string, string] {
  const [key = '', value = ''] = part.split('=');
  return [key, value];
}

/** That a month's files hold its days is what lets DuckDB leave out months by their days. */
function daysOf(keys: ReadonlyMap<string, string>): string {
  const month = keys.get('start_month');
  if (month === undefined) return '';
  const first = `DATE ${literal(`${month}-01`)}`;
  return ` WHERE start_date BETWEEN ${first} AND last_day(${first})`;
}

/** Neither opens all files to learn the columns: those are known. */
const readers: Readonly<
  Record<CatalogTable['format'], (table: CatalogTable, files: readonly string[]) => string>
> = {
  parquet: ({ columns }, files) =>
    `read_parquet(${list(files)}, schema = MAP {${columns.map(fieldOf).join(', ')}})`,
  json: jsonReader,
};

function fieldOf({ name, type }: CatalogColumn): string {
  const field = `{name: ${literal(name)}, type: ${literal(duckDbType(type))}, default_value: NULL}`;
  return `${literal(name)}: ${field}`;
}

function jsonReader({ columns, mappings }: CatalogTable, files: readonly string[]): string {
  const keyOf = (name: string) => identifier(mappings[name] ?? name);
  const types = columns.map(({ name, type }) => `${keyOf(name)}: ${literal(duckDbType(type))}`).join(', ');
  const selected = columns.map(({ name }) => `${keyOf(name)} AS ${identifier(name)}`);
  return (
    `(SELECT ${selected.join(', ')} FROM read_json(${list(files)}, format = 'newline_delimited', ` +
    `columns = {${types}}))`
  );
}

function nullOf({ name, type }: CatalogColumn): string {
  return `CAST(NULL AS ${duckDbType(type)}) AS ${identifier(name)}`;
}
