import { factsOf, kindNames } from '../../schemas/kinds.ts';

/** A main table by its kind, `copy`; any other by its name. */
export function tableLabel(table: string): string {
  return kindNames.find((kind) => factsOf(kind).table === table) ?? table;
}
