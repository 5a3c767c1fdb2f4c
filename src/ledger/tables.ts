import {
  type CatalogTable,
  mainTables,
  pullsTable,
  type SummaryBinding,
  summaryTable,
} from '../../schemas/catalog-table.ts';
import { aggregationPeriods, kindNames } from '../../schemas/kinds.ts';
import type { Month } from '../domain/day.ts';
import type { Manifest } from './manifest.ts';

/** The main tables, and those that were made with `--table`. A binding of a kind unknown to this version has no table. */
export function bindingsOf(manifest: Pick<Manifest, 'tables'> | undefined): Record<string, SummaryBinding> {
  const made = Object.entries(manifest?.tables ?? {}).flatMap(([name, { grain, ...bound }]) => {
    const kind = kindNames.find((known) => known === bound.kind);
    const aggregationPeriod = aggregationPeriods.find((known) => known === bound.aggregation_period);
    return kind && aggregationPeriod ? [[name, { kind, aggregationPeriod, grain }] as const] : [];
  });
  return { ...mainTables, ...Object.fromEntries(made) };
}

/** Every table of a ledger, from its first month on; that of the pull records comes last. */
export function ledgerTables(
  bindings: Readonly<Record<string, SummaryBinding>>,
  first: { readonly startMonth: Month; readonly pullMonth: Month },
): CatalogTable[] {
  return [
    ...Object.entries(bindings).map(([name, binding]) => summaryTable(name, binding, first.startMonth)),
    pullsTable(first.pullMonth),
  ];
}
