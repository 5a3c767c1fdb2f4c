import type { DuckDBConnection } from '@duckdb/node-api';
import type { CatalogTable } from '../../../schemas/catalog-table.ts';
import type { View } from '../../../schemas/views/view.ts';
import { identifier, literal } from './dialect.ts';
import { firstMonths } from './first-months.ts';
import { filesOfMonths, tableSql } from './tables.ts';
import type { SqlTree } from './tree.ts';

/** The tables and views that a statement reads, as far back as it asks. */

export interface Known {
  readonly tables: readonly CatalogTable[];
  /** Those that read others come after them. */
  readonly views: readonly View[];
}

/** Paths of each table's files. */
export type FilesByTable = ReadonlyMap<string, readonly string[]>;

export interface Relations extends Known {
  readonly needed: ReadonlySet<string>;
  readonly files: FilesByTable;
  /** Tables that are there. */
  readonly held: readonly string[];
}

/** Makes the tables and views that are needed, as far back as the statement asks. */
export async function makeRelations(
  connection: DuckDBConnection,
  tree: SqlTree,
  { tables, views, needed, files, held }: Relations,
): Promise<void> {
  const ownViews = views.filter(({ name }) => needed.has(name));
  const behindViews = new Set(ownViews.flatMap(({ sql }) => namesIn(sql, [...needed])));
  const ownTables = tables.filter(({ name }) => needed.has(name) && !held.includes(name));
  const boundable = [...ownTables, ...ownViews.filter(({ since }) => since)].map(({ name }) => name);
  const months = await firstMonths(
    connection,
    tree,
    boundable.filter((name) => !behindViews.has(name)),
  );
  for (const table of ownTables) {
    const from = months.get(table.name) ?? '';
    await connection.run(tableSql(table, filesOfMonths(files.get(table.name) ?? [], { from })));
  }
  for (const { name, sql, since } of ownViews) {
    const month = months.get(name);
    const text = month === undefined ? sql : (since?.(literal(month)) ?? sql);
    await connection.run(`CREATE OR REPLACE VIEW ${identifier(name)} AS ${text}`);
  }
}

/** A statement that names nothing (`SHOW TABLES`, `SELECT 1`) reads no row: its relations are there, without files. */
export function readBy(sql: string, known: Known): ReadonlySet<string> {
  return namesIn(sql, namesOf(known)).length === 0 ? new Set() : neededBy(sql, known);
}

/** Names that stand in the SQL, and what those read; all of them where none does, since it may ask which there are. */
export function neededBy(sql: string, known: Known): ReadonlySet<string> {
  const names = namesOf(known);
  const needed = new Set(namesIn(sql, names));
  if (needed.size === 0) return new Set(names);
  for (const view of known.views.toReversed()) {
    if (needed.has(view.name)) namesIn(view.sql, names).forEach((name) => needed.add(name));
  }
  return needed;
}

export function namesOf({ tables, views }: Known): string[] {
  return [...tables, ...views].map(({ name }) => name);
}

function namesIn(sql: string, known: readonly string[]): string[] {
  const words = new Set(sql.toLowerCase().match(/\w+/g));
  return known.filter((name) => words.has(name));
}
