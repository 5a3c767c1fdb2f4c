import type { CatalogColumn, CatalogTable, Projection } from './catalog-table.ts';
import { ddlType } from './sql-type.ts';

/** How a table's files are read, by Hive's class names. */
export interface TableFormat {
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serde: string;
  readonly serdeParameters: Readonly<Record<string, string>>;
}

const formats = {
  parquet: {
    inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    serdeParameters: { 'serialization.format': '1' },
  },
  json: {
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    serde: 'org.openx.data.jsonserde.JsonSerDe',
    serdeParameters: { 'serialization.format': '1' },
  },
} as const satisfies Record<CatalogTable['format'], TableFormat>;

/** How the table's files are read. */
export function formatOf({ format, mappings }: CatalogTable): TableFormat {
  const mapped = Object.entries(mappings).map(([column, key]) => [`mapping.${column}`, key]);
  return {
    ...formats[format],
    serdeParameters: { ...formats[format].serdeParameters, ...Object.fromEntries(mapped) },
  };
}

/**
 * The table's properties. With partition projection the partitions follow from these: no crawler, no `MSCK REPAIR`.
 * Source: the Athena user guide, "Supported types for partition projection".
 */
export function tableProperties(table: CatalogTable, location: string): Record<string, string> {
  const { format, projections } = table;
  const entries = Object.entries(projections).flatMap(([key, projection]) =>
    Object.entries(projectionProperties(projection)).map(([name, value]) => [
      `projection.${key}.${name}`,
      value,
    ]),
  );
  return {
    EXTERNAL: 'TRUE',
    classification: format,
    'projection.enabled': 'true',
    'storage.location.template': locationTemplate(table, location),
    ...Object.fromEntries(entries),
  };
}

/** Where a partition lies. Said aloud, because engines differ in what they make of a location's last slash. */
function locationTemplate({ partitionKeys }: CatalogTable, location: string): string {
  return `${location}/${partitionKeys.map(({ name }) => `${name}=\${${name}}/`).join('')}`;
}

function projectionProperties(projection: Projection): Record<string, string> {
  if ('values' in projection) return { type: 'enum', values: projection.values.join(',') };
  return {
    type: 'date',
    format: 'yyyy-MM',
    range: monthRange(projection.firstMonth),
    interval: '1',
    'interval.unit': 'MONTHS',
  };
}

/** Both months are included; NOW is the month of the query, in UTC. */
export function monthRange(firstMonth: string): string {
  return `${firstMonth},NOW`;
}

/** Athena's statement that creates the table. `location` is without a slash at its end. */
export function createTableSql(table: CatalogTable, location: string): string {
  const { inputFormat, outputFormat, serde, serdeParameters } = formatOf(table);
  const { EXTERNAL: _implied, ...properties } = tableProperties(table, location);
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${table.name} (`,
    `${table.columns.map(columnSql).join(',\n')}\n)`,
    `COMMENT ${quoted(table.comment)}`,
    `PARTITIONED BY (\n${table.partitionKeys.map(columnSql).join(',\n')}\n)`,
    `ROW FORMAT SERDE ${quoted(serde)}`,
    `WITH SERDEPROPERTIES (\n${propertiesSql(serdeParameters)}\n)`,
    `STORED AS INPUTFORMAT ${quoted(inputFormat)}`,
    `OUTPUTFORMAT ${quoted(outputFormat)}`,
    `LOCATION ${quoted(location)}`,
    `TBLPROPERTIES (\n${propertiesSql(properties)}\n)`,
  ].join('\n');
}

function columnSql({ name, type, comment }: CatalogColumn): string {
  return `  \`${name}\` ${ddlType(type)}${comment === '' ? '' : ` COMMENT ${quoted(comment)}`}`;
}

function propertiesSql(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `  ${quoted(name)} = ${quoted(value)}`)
    .join(',\n');
}

/** Hive's string literals take backslashes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}
