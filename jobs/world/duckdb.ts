import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogTable } from '../../schemas/catalog-table.ts';
import { views } from '../../schemas/views/views.ts';
import { createFileStore } from '../../src/adapters/folder/store.ts';
import { parsePartitionPath } from '../../src/ledger/partition.ts';
import { parseRecordsPath } from '../../src/ledger/records-key.ts';
import { LedgerError, UsageError } from '../../src/errors.ts';
import type { ObjectStore, QueryEngine } from '../../src/ports.ts';
import { readManifest } from '../../src/ledger/manifest.ts';
import { bindingsOf, ledgerTables } from '../../src/ledger/tables.ts';

/** The local engine reads whatever months there are. */
const FIRST_MONTH = '0001-01';

/** Opens the embedded engine on a local ledger. Throws `LedgerError` when there is no ledger, or no engine. */
export async function openLocalEngine(
  folder: string,
  { database, signal }: { readonly database: string; readonly signal: AbortSignal },
): Promise<QueryEngine> {
  const store = createFileStore({ root: folder, signal });
  const manifest = existsSync(folder) ? await readManifest(store) : undefined;
  if (!manifest) {
    throw new UsageError([
      `ledger: expected a folder with a ledger in it, got ${folder}: pull first, or name another`,
    ]);
  }
  const { openDuckDb } = await loadDuckDb();
  const tables = ledgerTables(bindingsOf(manifest), { startMonth: FIRST_MONTH, pullMonth: FIRST_MONTH });
  return openDuckDb({
    folder,
    database,
    tables,
    views,
    filesOf: once((table) => filesOf(table, folder, store)),
    signal,
  });
}

/** The engine is an optional dependency: it is large, and only local SQL needs it. */
async function loadDuckDb() {
  try {
    return await import('../../src/adapters/duckdb/engine.ts');
  } catch (cause) {
    throw new LedgerError(
      'fix-config',
      'SQL on a local ledger needs the package @duckdb/node-api, which is not installed or does not run on this ' +
        'machine: npm install @duckdb/node-api',
      { cause },
    );
  }
}

/** Statements of one session see the same files. */
function once<T>(find: (table: CatalogTable) => Promise<T>): (table: CatalogTable) => Promise<T> {
  const found = new Map<string, Promise<T>>();
  return (table) => {
    const known = found.get(table.name) ?? find(table);
    found.set(table.name, known);
    return known;
  };
}

async function filesOf({ name }: CatalogTable, folder: string, store: ObjectStore): Promise<string[]> {
  const files: string[] = [];
  for await (const { key } of store.list(`${name}/`)) {
    if (parsePartitionPath(key) ?? parseRecordsPath(key)) files.push(join(folder, key));
  }
  return files;
}
