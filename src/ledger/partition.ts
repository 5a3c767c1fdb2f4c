import { aggregationPeriods, type AggregationPeriod } from '../../schemas/kinds.ts';
import { isMonth, type Month } from '../domain/day.ts';

/** One object: one table, aggregation period, month of the start date, and region. */
export interface PartitionKey {
  readonly table: string;
  readonly aggregationPeriod: AggregationPeriod;
  readonly month: Month;
  readonly region: string;
}

export const TABLE_PATTERN = /^[a-z][a-z0-9_]*$/;

const PATH_PATTERN =
  /^([a-z][a-z0-9_]*)\/aggregation_period=([A-Z_]+)\/start_month=(\d{4}-\d{2})\/([a-z]{2,}(?:-[a-z0-9]+)+)\.parquet$/;

/** Key of the partition's object in the ledger. Inverse of `parsePartitionPath`. */
export function partitionPath(key: PartitionKey): string {
  return `${key.table}/aggregation_period=${key.aggregationPeriod}/start_month=${key.month}/${key.region}.parquet`;
}

/** The partition an object key names, or undefined when it names none. */
export function parsePartitionPath(path: string): PartitionKey | undefined {
  const [, table, period, month, region] = PATH_PATTERN.exec(path) ?? [];
  const aggregationPeriod = aggregationPeriods.find((known) => known === period);
  if (!table || !aggregationPeriod || !month || !isMonth(month) || !region) return undefined;
  return { table, aggregationPeriod, month, region };
}
