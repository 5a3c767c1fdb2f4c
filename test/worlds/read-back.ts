import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { queryDuckDb } from '../fixtures/duckdb.ts';
import type { MemoryStore } from '../fixtures/memory-store.ts';
import { type CountedRow, shownBy } from './counts.ts';

/** The rows of a ledger's table as DuckDB reads them: whatever the file says. */
export async function readBack(ledger: MemoryStore, table: string): Promise<CountedRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'backup-ledger-world-'));
  try {
    for (const key of ledger.keys(`${table}/`)) {
      mkdirSync(dirname(join(folder, key)), { recursive: true });
      writeFileSync(join(folder, key), ledger.bytes(key));
    }
    const rows = await queryDuckDb(
      `SELECT CAST(start_date AS varchar) AS start_date, account_id, resource_type, state, message_category, job_count
       FROM read_parquet('${folder}/${table}/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)`,
    );
    return rows.map(countedRow);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function countedRow(row: Readonly<Record<string, unknown>>): CountedRow {
  return {
    account: String(row['account_id']),
    day: String(row['start_date']),
    shown: shownBy(row['resource_type'], row['state'], row['message_category']),
    count: Number(row['job_count']),
  };
}
