import { factsOf, kindNames } from '../../schemas/kinds.ts';
import { parsePartitionPath } from '../ledger/partition.ts';

/** A main table by its kind, `copy`; any other by its name. */
export function tableLabel(table: string): string {
  return kindNames.find((kind) => factsOf(kind).table === table) ?? table;
}

/** A partition by what tells it from the others, `copy eu-west-1 2026-11`. */
export function partitionLabel(path: string): string {
  const key = parsePartitionPath(path);
  return key ? `${tableLabel(key.table)} ${key.region} ${key.month}` : path;
}
