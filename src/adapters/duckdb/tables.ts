import type { CatalogColumn, CatalogTable } from '../../../schemas/catalog-table.ts';
import { duckDbType, identifier, list, literal } from './dialect.ts';

/** DuckDB's statement that makes the table out of its files, which may be none, or lack columns added later. */
export function tableSql(table: CatalogTable, files: readonly string[]): string {
  const columns = [...table.columns, ...table.partitionKeys];
  const empty = `SELECT ${columns.map(nullOf).join(', ')} WHERE false`;
  const rows =
    files.length === 0
      ? empty
      : `${empty} UNION ALL BY NAME SELECT * FROM ${readers[table.format](table, files)}`;
  return (
    `CREATE VIEW IF NOT EXISTS ${identifier(table.name)} AS ` +
    `SELECT ${columns.map(({ name }) => identifier(name)).join(', ')} FROM (${rows})`
  );
}

const readers: Readonly<
  Record<CatalogTable['format'], (table: CatalogTable, files: readonly string[]) => string>
> = {
  parquet: (_table, files) =>
    `read_parquet(${list(files)}, union_by_name = true, hive_partitioning = true, hive_types_autocast = false)`,
  json: jsonReader,
};

function jsonReader({ columns, mappings, partitionKeys }: CatalogTable, files: readonly string[]): string {
  const keyOf = (name: string) => identifier(mappings[name] ?? name);
  const types = columns.map(({ name, type }) => `${keyOf(name)}: ${literal(duckDbType(type))}`).join(', ');
  const selected = [
    ...columns.map(({ name }) => `${keyOf(name)} AS ${identifier(name)}`),
    ...partitionKeys.map(({ name }) => identifier(name)),
  ];
  return (
    `(SELECT ${selected.join(', ')} FROM read_json(${list(files)}, format = 'newline_delimited', ` +
    `columns = {${types}}, hive_partitioning = true, hive_types_autocast = false))`
  );
}

function nullOf({ name, type }: CatalogColumn): string {
  return `CAST(NULL AS ${duckDbType(type)}) AS ${identifier(name)}`;
}
