import { describe, expect, it } from 'vitest';
import { createTableSql } from '../../schemas/athena-ddl.ts';
import { type CatalogTable, mainTables, pullsTable, summaryTable } from '../../schemas/catalog-table.ts';
import { columnsOf } from '../../schemas/columns.ts';
import { glueTable } from '../../schemas/glue-table.ts';
import { kindNames } from '../../schemas/kinds.ts';
import { ddlType, glueType, sqlTypeOf } from '../../schemas/sql-type.ts';
import { createViewSql } from '../../schemas/views/view.ts';
import { views } from '../../schemas/views/views.ts';

const FIRST_MONTH = '2026-11';
const tables: readonly CatalogTable[] = [
  ...Object.entries(mainTables).map(([name, binding]) => summaryTable(name, binding, FIRST_MONTH)),
  pullsTable(FIRST_MONTH),
];

/** Words that need quoting in Athena's DDL or queries. Source: "Escape reserved keywords" in the Athena user guide. */
const reserved = new Set(
  `all alter and array as authorization between bigint binary boolean both by case cashe cast char column conf
  constraint commit create cross cube current current_date current_timestamp cursor database date dayofweek decimal
  delete describe distinct drop else end exchange exists extended external extract false fetch float floor following
  for foreign from full function grant group grouping having if import in inner insert int integer intersect interval
  into is join lateral left less like local macro map more none not null numeric of on only or order out outer over
  partialscan partition percent preceding precision preserve primary procedure range reads reduce references regexp
  revoke right rlike rollback row rows select set smallint start table tablesample then time timestamp to transform
  trigger true truncate unbounded union uniquejoin update user using utc_timestamp values varchar views when where
  window with`.split(/\s+/),
);

describe('the SQL under schemas/athena/', () => {
  it.each(tables.map((table) => [table.name, table] as const))(
    'creates the table %s',
    async (name, table) => {
      const sql = `${createTableSql(table, `s3://BUCKET/PREFIX/${name}`)};\n`;
      await expect(sql).toMatchFileSnapshot(`../../schemas/athena/${name}.sql`);
    },
  );

  it.each(views.map((view) => [view.name, view] as const))('creates the view %s', async (name, view) => {
    await expect(`${createViewSql(view)};\n`).toMatchFileSnapshot(`../../schemas/athena/${name}.sql`);
  });

  it('has views that read only what comes before them', () => {
    const known = new Set(tables.map(({ name }) => name));
    for (const { name, sql } of views) {
      const read = Array.from(sql.matchAll(/\b(?:FROM|JOIN)\s+(\w+)/g), ([, source = '']) => source);
      const own = Array.from(sql.matchAll(/(?:WITH|,)\s+(\w+) AS \(/g), ([, source = '']) => source);
      expect(
        read.filter((source) => source !== 'UNNEST' && !known.has(source) && !own.includes(source)),
        name,
      ).toEqual([]);
      known.add(name);
    }
  });
});

describe('a table in the catalog', () => {
  it.each(kindNames)('of %s jobs has the columns of its files, and the path as partition keys', (kind) => {
    const { columns, partitionKeys } = glueTable(
      summaryTable('t', { kind, aggregationPeriod: 'ONE_DAY', grain: {} }, FIRST_MONTH),
      's3://b/t',
    );
    expect(columns.map(({ name }) => name)).toEqual(columnsOf(kind));
    expect(partitionKeys.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'aggregation_period string',
      'start_month string',
    ]);
  });

  it('is projected: every partition key is, from the first month to the present one', () => {
    for (const table of tables) {
      const { parameters, partitionKeys } = glueTable(table, 's3://b/t');
      expect(parameters['projection.enabled']).toBe('true');
      for (const { name } of partitionKeys) expect(parameters).toHaveProperty([`projection.${name}.type`]);
    }
    expect(glueTable(tables[0] as CatalogTable, 's3://b/t').parameters).toEqual({
      EXTERNAL: 'TRUE',
      classification: 'parquet',
      'projection.enabled': 'true',
      'storage.location.template':
        's3://b/t/aggregation_period=${aggregation_period}/start_month=${start_month}/',
      'projection.aggregation_period.type': 'enum',
      'projection.aggregation_period.values': 'ONE_DAY',
      'projection.start_month.type': 'date',
      'projection.start_month.format': 'yyyy-MM',
      'projection.start_month.range': '2026-11,NOW',
      'projection.start_month.interval': '1',
      'projection.start_month.interval.unit': 'MONTHS',
    });
  });

  it('lists the one period its rows have', () => {
    const weekly = summaryTable(
      'weekly',
      { kind: 'copy', aggregationPeriod: 'SEVEN_DAYS', grain: {} },
      FIRST_MONTH,
    );
    expect(glueTable(weekly, 's3://b/t').parameters['projection.aggregation_period.values']).toBe(
      'SEVEN_DAYS',
    );
  });

  it('says what its rows were filtered or summed by', () => {
    const grain = { State: 'FAILED', AccountId: 'AGGREGATE_ALL' };
    const table = summaryTable('t', { kind: 'copy', aggregationPeriod: 'ONE_DAY', grain }, FIRST_MONTH);
    expect(table.comment).toContain('only State = FAILED; summed over AccountId');
  });

  it('has no column that would need quoting, and a comment on each that Glue can hold', () => {
    for (const { columns, partitionKeys } of tables) {
      for (const { name, comment } of [...columns, ...partitionKeys]) {
        expect(reserved.has(name), name).toBe(false);
        expect(comment, name).toMatch(/^[^'\\\n]+$/);
        expect(comment.length, name).toBeLessThanOrEqual(255);
      }
    }
  });
});

describe('a type', () => {
  it('follows from what a JSON schema describes', () => {
    const schema = {
      type: 'array',
      items: { type: 'object', properties: { partition: { type: 'string' }, rows: { type: 'integer' } } },
    };
    expect(glueType(sqlTypeOf(schema))).toBe('array<struct<partition:string,rows:bigint>>');
    expect(ddlType(sqlTypeOf(schema))).toBe('array<struct<`partition`:string,`rows`:bigint>>');
    expect(sqlTypeOf({ anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] })).toBe(
      'timestamp',
    );
    expect(sqlTypeOf({ enum: ['a', 'b'] })).toBe('string');
  });

  it('is not made up for what has none', () => {
    expect(() => sqlTypeOf({ type: 'boolean' })).toThrow('no SQL type');
  });
});
