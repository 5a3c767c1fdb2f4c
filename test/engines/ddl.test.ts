import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { mainTables, pullsTable, summaryTable } from '../../schemas/catalog-table.ts';
import { type GlueColumn, glueTable } from '../../schemas/glue-table.ts';
import { views } from '../../schemas/views/views.ts';
import { runScript } from './python.ts';

/** The SQL under schemas/athena/, as a parser of Athena's dialect that we did not write understands it. */

const parser = new URL('./parse_ddl.py', import.meta.url);

function fileOf(name: string): string {
  return fileURLToPath(new URL(`../../schemas/athena/${name}.sql`, import.meta.url));
}

function typesOf(columns: readonly GlueColumn[]): Record<string, string> {
  return Object.fromEntries(
    columns.map(({ name, type }) => [name, type.replaceAll(':', ': ').replaceAll(',', ', ')]),
  );
}

it('creates the very tables that register makes in the catalog', async () => {
  const tables = [
    ...Object.entries(mainTables).map(([name, binding]) => summaryTable(name, binding, '2026-11')),
    pullsTable('2026-11'),
  ].map((table) => glueTable(table, `s3://BUCKET/PREFIX/${table.name}`));
  const parsed = await runScript(parser, ...tables.map(({ name }) => fileOf(name)));
  expect(parsed).toEqual(
    tables.map(({ name, columns, partitionKeys, location, parameters }) => ({
      kind: 'TABLE',
      name,
      columns: typesOf(columns),
      partitioned_by: typesOf(partitionKeys),
      location,
      properties: Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== 'EXTERNAL')),
    })),
  );
});

it('creates views under their names', async () => {
  const parsed = await runScript(parser, ...views.map(({ name }) => fileOf(name)));
  expect(parsed).toEqual(views.map(({ name }) => ({ kind: 'VIEW', name })));
});
