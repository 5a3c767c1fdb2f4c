import type { DuckDBConnection } from '@duckdb/node-api';
import { literal } from './dialect.ts';

/** A node of a statement's tree, as far as it is looked at; what it has depends on its type. */
export interface Node {
  readonly type?: string;
  readonly table_name?: string;
  /** What a relation is called in the statement, and its columns; empty where they keep their names. */
  readonly alias?: string;
  readonly column_name_alias?: readonly string[];
  readonly from_table?: Node;
  readonly where_clause?: Node | null;
  readonly children?: readonly Node[];
  readonly left?: Node;
  readonly right?: Node;
  readonly input?: Node;
  readonly lower?: Node;
  readonly column_names?: readonly string[];
  readonly function_name?: string;
  /** Of a table function: the call itself. */
  readonly function?: Node;
  readonly cte_map?: { readonly map: readonly { readonly key: string }[] };
}

/** What DuckDB makes of a text. */
export interface SqlTree {
  readonly error_type?: string;
  /** Absent when there is an error: DuckDB writes no tree of anything but SELECTs. */
  readonly statements?: readonly { readonly node: Node }[];
}

export async function treeOf(connection: DuckDBConnection, sql: string): Promise<SqlTree> {
  const result = await connection.runAndReadAll(`SELECT json_serialize_sql(${literal(sql)})`);
  return JSON.parse(String(result.getRows()[0]?.[0])) as SqlTree;
}

/** A part of a tree, and all parts of it. */
export function* nodesOf(part: unknown): Generator<Node> {
  if (typeof part !== 'object' || part === null) return;
  yield part;
  for (const inner of Object.values(part)) yield* nodesOf(inner);
}
