import type { DuckDBConnection } from '@duckdb/node-api';
import { UsageError } from '../../errors.ts';
import { notReading, splitExplain } from '../sql-statement.ts';
import { nodesOf, type SqlTree, treeOf } from './tree.ts';

/**
 * Table functions that change nothing. Others do, in a plain SELECT: `enable_logging(storage_path = …)` writes files, and
 * `query(…)` runs a text nobody has looked at.
 */
const readers = new Set(
  `unnest range generate_series repeat repeat_row glob read_parquet parquet_scan parquet_metadata parquet_schema
  parquet_file_metadata parquet_full_metadata parquet_kv_metadata parquet_bloom_probe read_csv read_csv_auto sniff_csv read_json
  read_json_auto read_json_objects read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects read_text read_blob
  json_each json_tree histogram histogram_values summary test_all_types test_vector_types sql_auto_complete pragma_table_info
  pragma_show pragma_version pragma_platform pragma_collations pragma_database_size pragma_storage_info pragma_metadata_info
  pragma_user_agent icu_calendar_names pg_timezone_names duckdb_columns duckdb_constraints duckdb_databases
  duckdb_dependencies duckdb_extensions duckdb_functions duckdb_indexes duckdb_keywords duckdb_memory duckdb_optimizers
  duckdb_schemas duckdb_sequences duckdb_settings duckdb_tables duckdb_temporary_files duckdb_types duckdb_variables
  duckdb_views`.split(/\s+/),
);

/** A statement that may be run, and its tree; of an EXPLAIN, what it explains. */
export interface ReadingStatement {
  readonly text: string;
  readonly tree: SqlTree;
}

/**
 * The text as it may be run: one statement that reads, or an EXPLAIN of one. Nothing of it is bound before it is known to
 * be that. Throws `UsageError` for any other.
 */
export async function readingStatement(connection: DuckDBConnection, sql: string): Promise<ReadingStatement> {
  const { explain, inner, verb } = splitExplain(sql);
  const tree = await treeOf(connection, inner);
  const { error_type: errorType, statements } = tree;
  // It throws, and shows the place.
  if (errorType === 'parser') await connection.extractStatements(sql);
  // SHOW, DESCRIBE, SUMMARIZE and VALUES are SELECTs to DuckDB.
  if (!statements) throw new UsageError([notReading(verb)]);
  if (statements.length !== 1)
    throw new UsageError([`sql: expected one statement, got ${statements.length}`]);
  const writing = tableFunctions(statements).find((name) => !readers.has(name.toLowerCase()));
  if (writing !== undefined)
    throw new UsageError([`sql: ${writing}(…) is not allowed here: it may do more than read`]);
  return { text: explain + inner, tree };
}

function tableFunctions(part: unknown): string[] {
  return [...nodesOf(part)]
    .filter(({ type }) => type === 'TABLE_FUNCTION')
    .map(({ function: called }) => String(called?.function_name));
}
