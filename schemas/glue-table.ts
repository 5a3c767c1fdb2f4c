import { formatOf, tableProperties } from './athena-ddl.ts';
import type { CatalogColumn, CatalogTable } from './catalog-table.ts';
import { glueType } from './sql-type.ts';

/** What the Glue Data Catalog holds of a table, as far as it is ours: the parts of Glue's TableInput we decide. */
export interface GlueTable {
  readonly name: string;
  readonly description: string;
  /** Without a slash at its end: Trino would look for `table//aggregation_period=…`. */
  readonly location: string;
  readonly columns: readonly GlueColumn[];
  readonly partitionKeys: readonly GlueColumn[];
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serde: string;
  readonly serdeParameters: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface GlueColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

export function glueTable(table: CatalogTable, location: string): GlueTable {
  return {
    name: table.name,
    description: table.comment,
    location,
    columns: table.columns.map(glueColumn),
    partitionKeys: table.partitionKeys.map(glueColumn),
    ...formatOf(table),
    parameters: tableProperties(table, location),
  };
}

function glueColumn({ name, type, comment }: CatalogColumn): GlueColumn {
  return { name, type: glueType(type), comment };
}
