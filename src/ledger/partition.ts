import { aggregationPeriods, type AggregationPeriod } from '../../schemas/kinds.ts';
import { type Day, isDay } from '../domain/day.ts';

/** One object: one table, aggregation period, start date and region. */
export interface PartitionKey {
  readonly table: string;
  readonly aggregationPeriod: AggregationPeriod;
  readonly startDate: Day;
  readonly region: string;
}

export const TABLE_PATTERN = /^[a-z][a-z0-9_]*$/;

const PATH_PATTERN =
  /^([a-z][a-z0-9_]*)\/aggregation_period=([A-Z_]+)\/start_date=(\d{4}-\d{2}-\d{2})\/([a-z]{2,}(?:-[a-z0-9]+)+)\.parquet$/;

/** Key of the partition's object in the ledger. Inverse of `parsePartitionPath`. */
export function partitionPath(key: PartitionKey): string {
  return `${key.table}/aggregation_period=${key.aggregationPeriod}/start_date=${key.startDate}/${key.region}.parquet`;
}

/** The partition an object key names, or undefined when it names none. */
export function parsePartitionPath(path: string): PartitionKey | undefined {
  const [, table, period, startDate, region] = PATH_PATTERN.exec(path) ?? [];
  const aggregationPeriod = aggregationPeriods.find((known) => known === period);
  if (!table || !aggregationPeriod || !startDate || !isDay(startDate) || !region) return undefined;
  return { table, aggregationPeriod, startDate, region };
}
