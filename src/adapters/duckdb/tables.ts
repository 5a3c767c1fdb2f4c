import { dirname } from 'node:path/posix';
import type { CatalogColumn, CatalogTable } from '../../../schemas/catalog-table.ts';
import { groupBy } from '../../domain/group-by.ts';
import { duckDbType, identifier, list, literal } from './dialect.ts';

/**
 * DuckDB's statement that makes the table out of its files, which may be none, or lack columns added later. Each partition is
 * a part of it with its keys as constants, so that DuckDB opens no file of a partition a statement cannot ask for.
 */
export function tableSql(table: CatalogTable, files: readonly string[]): string {
  const columns = [...table.columns, ...table.partitionKeys];
  const empty = `SELECT ${columns.map(nullOf).join(', ')} WHERE false`;
  const parts = [...groupBy(files, dirname)].map(([folder, own]) => partitionSql(table, folder, own));
  return (
    `CREATE VIEW IF NOT EXISTS ${identifier(table.name)} AS ` +
    (parts.length === 0 ? empty : parts.join(' UNION ALL '))
  );
}

function partitionSql(table: CatalogTable, folder: string, files: readonly string[]): string {
  const keys = new Map(folder.split('/').map(keyAndValue));
  const columns = table.columns.map(({ name }) => identifier(name));
  const constants = table.partitionKeys.map(
    ({ name }) => `${literal(keys.get(name) ?? '')} AS ${identifier(name)}`,
  );
  return `SELECT ${[...columns, ...constants].join(', ')} FROM ${readers[table.format](table, files)}${daysOf(keys)}`;
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
