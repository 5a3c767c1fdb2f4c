import { columnFacts, columnsOf, partitionColumns } from './columns.ts';
import { type AggregationPeriod, factsOf, type Kind, kindNames, AGGREGATE_ALL } from './kinds.ts';
import { pullRecordSchema, replayRecordSchema } from './pull-record.ts';
import { type JsonSchema, type SqlType, sqlTypeOf } from './sql-type.ts';

/**
 * A table as a data catalog knows it. Glue table, Athena DDL and the local engine's tables follow from it; its columns
 * follow from the tables in `columns.ts` and from the record's schema.
 */
export interface CatalogTable {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly CatalogColumn[];
  /** Columns that are read from the object's path. */
  readonly partitionKeys: readonly CatalogColumn[];
  readonly format: 'parquet' | 'json';
  /** Column → key of the JSON object, where they differ. */
  readonly mappings: Readonly<Record<string, string>>;
  /** Partition key → its possible values. */
  readonly projections: Readonly<Record<string, Projection>>;
}

export interface CatalogColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly comment: string;
}

/** Every value of a partition key, or every month from the first (`YYYY-MM`) to the present, in UTC. */
export type Projection = { readonly values: readonly string[] } | { readonly firstMonth: string };

/** What a table holds, as `ledger.json` binds it. */
export interface SummaryBinding {
  readonly kind: Kind;
  readonly aggregationPeriod: AggregationPeriod;
  /** Filters that shape the rows, by AWS's names. */
  readonly grain: Readonly<Record<string, string>>;
}

/** The bindings of the main tables: daily rows with nothing filtered and nothing aggregated. */
export const mainTables: Readonly<Record<string, SummaryBinding>> = Object.fromEntries(
  kindNames.map((kind) => [factsOf(kind).table, { kind, aggregationPeriod: 'ONE_DAY', grain: {} }]),
);

/** A table of summaries, with the months from `firstMonth` (`YYYY-MM`) on. */
export function summaryTable(name: string, binding: SummaryBinding, firstMonth: string): CatalogTable {
  const { kind, aggregationPeriod } = binding;
  return {
    name,
    comment: commentOf(binding),
    columns: columnsOf(kind).map((column) => {
      const { type, comment } = columnFacts(column);
      return { name: column, type, comment };
    }),
    partitionKeys: Object.entries(partitionColumns).map(([key, facts]) => ({ name: key, ...facts })),
    format: 'parquet',
    mappings: {},
    projections: { aggregation_period: { values: [aggregationPeriod] }, start_month: { firstMonth } },
  };
}

/** Fields whose names are reserved words have others as columns. */
const recordColumns: Readonly<Record<string, string>> = { table: 'table_name', foreign: 'foreign_rows' };

export const PULLS_TABLE = 'pulls';

/** The table of pull records, with the pulls from `firstMonth` on. */
export function pullsTable(firstMonth: string): CatalogTable {
  const properties: Readonly<Record<string, JsonSchema>> = {
    ...replayRecordSchema.properties,
    ...pullRecordSchema.properties,
  };
  return {
    name: PULLS_TABLE,
    comment: 'One row per pull, good or failed; replays leave a row with outcome = replayed',
    columns: Object.entries(properties).map(([key, schema]) => ({
      name: recordColumns[key] ?? key,
      type: sqlTypeOf(schema),
      comment: schema.description ?? '',
    })),
    partitionKeys: [
      {
        name: 'pull_month',
        type: 'string',
        comment: 'UTC month of observed_at, YYYY-MM: bound it in every query',
      },
    ],
    format: 'json',
    mappings: Object.fromEntries(Object.entries(recordColumns).map(([key, column]) => [column, key])),
    projections: { pull_month: { firstMonth } },
  };
}

function commentOf({ kind, aggregationPeriod, grain }: SummaryBinding): string {
  const shaping = Object.entries(grain).map(([name, value]) =>
    value === AGGREGATE_ALL ? `summed over ${name}` : `only ${name} = ${value}`,
  );
  const what = `Number of ${kind} jobs in windows of ${aggregationPeriod}, by region, account and the other dimensions`;
  return [what, ...shaping].join('; ');
}
