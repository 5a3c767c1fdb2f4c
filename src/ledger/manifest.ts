import { mainTables } from '../../schemas/catalog-table.ts';
import { mapValues } from '../../schemas/map-values.ts';
import { type Grain, grainOf, type Slice } from '../domain/slice.ts';
import { DamagedObjectError, GrainMismatchError, LedgerError } from '../errors.ts';
import type { ObjectStore, StoredObject } from '../ports.ts';
import { type Month, monthOf, utcDay, isMonth } from '../domain/day.ts';
import type { EpochMs } from '../../schemas/columns.ts';

/** The ledger's own description: which table holds which rows. */
export const MANIFEST = 'ledger.json';
export const FORMAT_VERSION = 2;

export interface TableBinding {
  readonly kind: string;
  readonly aggregation_period: string;
  /** Filters that shape the rows, by AWS's name: `{"State":"FAILED"}`. Empty for the main tables. */
  readonly grain: Grain;
}

export interface Manifest {
  readonly format_version: number;
  /** Month of the first pull: no record lies before it. */
  readonly first_month: Month;
  readonly tables: Readonly<Record<string, TableBinding>>;
}

/** The description in which every slice's table is bound. */
export interface BindingPlan {
  readonly manifest: Manifest;
  readonly version: string | undefined;
  /** Whether it is to be written: a table is new, or there was none. */
  readonly isChanged: boolean;
}

/** The ledger's description, or undefined when it has none yet. Throws `DamagedObjectError` when it cannot be read. */
export async function readManifest(store: ObjectStore): Promise<Manifest | undefined> {
  const stored = await store.get(MANIFEST);
  return stored && parseManifest(stored);
}

/**
 * Checks that each slice's rows are of the grain its table is bound to, and plans the bindings of new tables.
 * Throws `GrainMismatchError`, or `DamagedObjectError` for a manifest that cannot be read.
 */
export async function planBindings(
  store: ObjectStore,
  slices: readonly Slice[],
  now: EpochMs,
): Promise<BindingPlan> {
  const stored = await store.get(MANIFEST);
  const manifest = stored ? parseManifest(stored) : newManifest(monthOf(utcDay(now)));
  const tables = new Map(Object.entries(manifest.tables));
  const known = tables.size;
  for (const slice of slices) tables.set(slice.table, checkBinding(slice, tables.get(slice.table)));
  const isChanged = !stored || tables.size > known;
  return {
    manifest: { ...manifest, tables: Object.fromEntries(tables) },
    version: stored?.version,
    isChanged,
  };
}

/** Returns false when another writer came first: plan again. */
export async function applyBindings(store: ObjectStore, plan: BindingPlan): Promise<boolean> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(plan.manifest, undefined, 2)}\n`);
  const put = await store.put(
    MANIFEST,
    bytes,
    plan.version ? { ifVersion: plan.version } : { ifAbsent: true },
  );
  return put.written;
}

function newManifest(firstMonth: Month): Manifest {
  const tables = mapValues(mainTables, ({ kind, aggregationPeriod, grain }) => {
    return { kind, aggregation_period: aggregationPeriod, grain };
  });
  return { format_version: FORMAT_VERSION, first_month: firstMonth, tables };
}

function bindingOf(slice: Slice): TableBinding {
  return { kind: slice.kind, aggregation_period: slice.aggregationPeriod, grain: grainOf(slice) };
}

function checkBinding(slice: Slice, bound: TableBinding | undefined): TableBinding {
  const wanted = bindingOf(slice);
  if (!bound || describe(bound) === describe(wanted)) return bound ?? wanted;
  throw new GrainMismatchError(
    `table ${slice.table} holds ${describe(bound)}; this pull would bring ${describe(wanted)}. ` +
      'Rows of different grain cannot be summed: name another table with --table',
  );
}

function describe({ kind, aggregation_period, grain }: TableBinding): string {
  const shaping = Object.entries(grain).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const filters = shaping.map(([name, value]) => `${name}=${value}`).join(', ');
  return `${kind} rows of ${aggregation_period} with ${filters || 'nothing filtered or aggregated'}`;
}

function parseManifest({ bytes }: StoredObject): Manifest {
  const manifest = parseJson(bytes);
  if (typeof manifest !== 'object' || manifest === null) throw damaged('it is not an object');
  const { format_version, first_month, tables } = manifest as Partial<Manifest>;
  if (typeof format_version !== 'number') throw damaged('it has no format_version');
  if (format_version > FORMAT_VERSION) {
    throw new LedgerError(
      'fix-config',
      `the ledger has format ${format_version}, this version writes ${FORMAT_VERSION}: upgrade backup-ledger`,
    );
  }
  if (format_version < FORMAT_VERSION) {
    throw new LedgerError(
      'fix-config',
      `the ledger has format ${format_version}, which no released version wrote and this one does not read: ` +
        'name another place with --ledger and pull anew',
    );
  }
  if (typeof first_month !== 'string' || !isMonth(first_month)) throw damaged('it has no first_month');
  if (!tables || !Object.values(tables).every(isBinding)) throw damaged('its tables are not bindings');
  return { format_version, first_month, tables };
}

function isBinding(value: unknown): value is TableBinding {
  const { kind, aggregation_period, grain } = (value ?? {}) as Partial<TableBinding>;
  return (
    typeof kind === 'string' &&
    typeof aggregation_period === 'string' &&
    typeof grain === 'object' &&
    grain !== null
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw damaged('it is not JSON', { cause });
  }
}

function damaged(why: string, options?: ErrorOptions): DamagedObjectError {
  return new DamagedObjectError(
    `${MANIFEST} is damaged: ${why}. Restore it from an earlier version or a backup`,
    options,
  );
}
