import type { GlueColumn, GlueTable } from '../../schemas/glue-table.ts';
import { LedgerError } from '../errors.ts';
import type { CatalogEntry } from '../ports.ts';

/** What has to be done so that the catalog has a table as it should be. */
export interface TablePlan {
  readonly action: 'create' | 'update' | 'unchanged';
  readonly table: GlueTable;
  /** What an update changes, as `what: from → to`. */
  readonly differences: readonly string[];
}

/**
 * Compares a table with what the catalog has. Parameters that are not ours are kept, and ranges of months only grow.
 * Throws `LedgerError` when something else stands there under the table's name.
 */
export function planTable(wanted: GlueTable, found: CatalogEntry | undefined): TablePlan {
  if (!found) return { action: 'create', table: wanted, differences: [] };
  refuseOther(wanted, found);
  const table = mergedWith(wanted, found.table);
  const differences = differencesOf(found.table, table);
  return { action: differences.length > 0 ? 'update' : 'unchanged', table, differences };
}

function refuseOther(wanted: GlueTable, found: CatalogEntry): void {
  const { type, table } = found;
  if (type === 'table' && withoutSlash(table.location) === wanted.location) return;
  throw occupied(wanted.name, found);
}

/** Something else stands in the catalog under a name of ours. */
export function occupied(name: string, { type, table }: CatalogEntry): LedgerError {
  const place = type === 'view' ? 'a view' : `a table at ${table.location}`;
  return new LedgerError(
    'fix-config',
    `the catalog already has ${place} under the name ${name}, and it is not of this ledger: name another --database, ` +
      'or drop it if it is not wanted any more',
  );
}

function mergedWith(wanted: GlueTable, found: GlueTable): GlueTable {
  const foreign = Object.entries(found.parameters).filter(([name]) => !isOurs(name));
  const ours = Object.entries(wanted.parameters).map(([name, value]) => [
    name,
    wider(value, found.parameters[name] ?? value),
  ]);
  return {
    ...wanted,
    location: found.location,
    serdeParameters: { ...found.serdeParameters, ...wanted.serdeParameters },
    parameters: Object.fromEntries([...foreign, ...ours]),
  };
}

/** Parameters of ours that a newer version does not want any more must go. */
function isOurs(parameter: string): boolean {
  return parameter.startsWith('projection.');
}

const MONTH_RANGE = /^(\d{4}-\d{2}),NOW$/;

/** Of two ranges of months the one that begins earlier: rows once visible stay so. */
function wider(wanted: string, found: string): string {
  const [, from] = MONTH_RANGE.exec(wanted) ?? [];
  const [, known] = MONTH_RANGE.exec(found) ?? [];
  return from !== undefined && known !== undefined && known < from ? found : wanted;
}

function differencesOf(found: GlueTable, wanted: GlueTable): string[] {
  const texts = (['description', 'inputFormat', 'outputFormat', 'serde'] as const).flatMap((name) =>
    difference(name, found[name], wanted[name]),
  );
  return [
    ...texts,
    ...columnDifferences('column', found.columns, wanted.columns),
    ...columnDifferences('partition key', found.partitionKeys, wanted.partitionKeys),
    ...mapDifferences('serde', found.serdeParameters, wanted.serdeParameters),
    ...mapDifferences('parameter', found.parameters, wanted.parameters),
  ];
}

function mapDifferences(
  what: string,
  found: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(found), ...Object.keys(wanted)])].toSorted();
  return names.flatMap((name) => difference(`${what} ${name}`, found[name], wanted[name]));
}

function difference(what: string, from: string | undefined, to: string | undefined): string[] {
  return from === to ? [] : [`${what}: ${from ?? 'none'} → ${to ?? 'none'}`];
}

function columnDifferences(
  what: string,
  found: readonly GlueColumn[],
  wanted: readonly GlueColumn[],
): string[] {
  const changed = mapDifferences(what, columnTexts(found), columnTexts(wanted));
  const namesOf = (columns: readonly GlueColumn[]) => columns.map(({ name }) => name).join(', ');
  return changed.length > 0 ? changed : difference(`order of ${what}s`, namesOf(found), namesOf(wanted));
}

function columnTexts(columns: readonly GlueColumn[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, type, comment }) => [name, `${type} ${comment}`.trim()]));
}

function withoutSlash(location: string): string {
  return location.replace(/\/+$/, '');
}
