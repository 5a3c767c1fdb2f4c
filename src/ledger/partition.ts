import { aggregationPeriods, type AggregationPeriod } from '../../schemas/kinds.ts';
import { isMonth, type Month } from '../domain/day.ts';
import { REGION_PATTERN } from '../domain/slice.ts';

/** One object: one table, aggregation period, month of the start date, and region. */
export interface PartitionKey {
  readonly table: string;
  readonly aggregationPeriod: AggregationPeriod;
  readonly month: Month;
  readonly region: string;
}

export const TABLE_PATTERN = /^[a-z][a-z0-9_]*$/;

const PATH_PATTERN = /^([^/]+)\/aggregation_period=([^/]+)\/start_month=([^/]+)\/([^/]+)\.parquet$/;

/** Key of the partition's object in the ledger. Inverse of `parsePartitionPath`. */
export function partitionPath(key: PartitionKey): string {
  return `${key.table}/aggregation_period=${key.aggregationPeriod}/start_month=${key.month}/${key.region}.parquet`;
}

/** The partition an object key names, or undefined when it names none. */
export function parsePartitionPath(path: string): PartitionKey | undefined {
  const [, table = '', period, month = '', region = ''] = PATH_PATTERN.exec(path) ?? [];
  const aggregationPeriod = aggregationPeriods.find((known) => known === period);
  if (!aggregationPeriod || !isMonth(month)) return undefined;
  if (!TABLE_PATTERN.test(table) || !REGION_PATTERN.test(region)) return undefined;
  return { table, aggregationPeriod, month, region };
}
