import { expect, it } from 'vitest';
import { pullsTable } from '../../../schemas/catalog-table.ts';
import { openDuckDb } from '../../../src/adapters/duckdb/engine.ts';

/** Statements that name no table need no file of any. */

it.each([
  ['SELECT 1', [['1']]],
  ['SHOW TABLES', [['pulls']]],
])('%s looks for no files', async (sql, expected) => {
  const asked: string[] = [];
  const engine = openDuckDb({
    folder: '/ledger',
    database: 'backup_ledger',
    tables: [pullsTable('0001-01')],
    views: [],
    filesOf: ({ name }) => {
      asked.push(name);
      return Promise.resolve([]);
    },
    signal: new AbortController().signal,
  });
  const rows: (readonly (string | null)[])[] = [];
  for await (const row of (await engine.run(sql)).rows) rows.push(row);
  engine.close();
  expect({ rows, asked }).toEqual({ rows: expected, asked: [] });
});
