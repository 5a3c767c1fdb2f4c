import type { CatalogTable } from '../../schemas/catalog-table.ts';
import { glueTable } from '../../schemas/glue-table.ts';
import { createViewSql, type View } from '../../schemas/views/view.ts';
import { views } from '../../schemas/views/views.ts';
import { type Day, monthOf } from '../domain/day.ts';
import type { Registration } from '../domain/registration.ts';
import { sha256 } from '../domain/sha256.ts';
import type { Catalog, CatalogEntry, Clock, ObjectStore, QueryEngine, RetryLostRaces } from '../ports.ts';
import { readManifest } from '../ledger/manifest.ts';
import { bindingsOf, ledgerTables } from '../ledger/tables.ts';
import { emptyFirstMonth, findFirstMonths } from '../ledger/first-day.ts';
import { occupied, planTable } from './plan-table.ts';

export interface RegisterOptions {
  readonly database: string;
  /** URL of the ledger, without a slash at its end. */
  readonly location: string;
  /** A day of the first month to show; default: the earliest month in the ledger. */
  readonly firstDay: Day | undefined;
  /** Look, but change nothing. */
  readonly dryRun: boolean;
}

export interface RegisterWorld {
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  /** What creates views; undefined where there is nothing to run SQL on. */
  readonly engine: QueryEngine | undefined;
  readonly clock: Clock;
  readonly retryLostRaces: RetryLostRaces;
  readonly warn: (message: string) => void;
}

/**
 * Makes the catalog know the ledger: the database, its tables and its views, each only if it is not there as it should
 * be. Two at once do no harm. Throws `LedgerError`.
 */
export async function* registerLedger(
  options: RegisterOptions,
  world: RegisterWorld,
): AsyncIterable<Registration> {
  const tables = await tablesToRegister(world, options.firstDay);
  const { database } = options;
  const isNew = !(await world.catalog.hasDatabase(database));
  if (isNew && !options.dryRun) await world.catalog.createDatabase(database, DATABASE_COMMENT);
  yield { type: 'database', name: database, action: isNew ? 'created' : 'unchanged', differences: [] };
  // What a database that is not there holds is known, and must not be asked for.
  const known = isNew && options.dryRun ? { ...world, catalog: emptyCatalog(world.catalog) } : world;
  for (const table of tables) yield await registerTable(table, options, known);
  if (!world.engine) return;
  for (const view of views) yield await registerView(view, world.engine, options, known);
}

export const DATABASE_COMMENT = 'AWS Backup job summaries, kept by backup-ledger';

/** The tables the catalog should have, each from its first month on. */
export async function tablesToRegister(
  { store, clock, warn }: Pick<RegisterWorld, 'store' | 'clock' | 'warn'>,
  firstDay: Day | undefined,
): Promise<CatalogTable[]> {
  const bindings = bindingsOf(await readManifest(store));
  const found = await findFirstMonths(store, Object.keys(bindings));
  const wanted = firstDay === undefined ? undefined : monthOf(firstDay);
  const startMonth = wanted ?? found.startMonth ?? emptyFirstMonth(clock.now());
  if (found.startMonth !== undefined && startMonth > found.startMonth) {
    warn(
      `the ledger begins in ${found.startMonth}: rows before ${startMonth} (--first-day) stay hidden from SQL`,
    );
  }
  const pulled = found.pullMonth ?? startMonth;
  return ledgerTables(bindings, { startMonth, pullMonth: pulled < startMonth ? pulled : startMonth });
}

function registerTable(
  table: CatalogTable,
  { database, location, dryRun }: RegisterOptions,
  { catalog, retryLostRaces }: RegisterWorld,
): Promise<Registration> {
  const wanted = glueTable(table, `${location}/${table.name}`);
  return retryLostRaces(`${database}.${table.name}`, async () => {
    const found = await catalog.find(database, table.name);
    const { action, table: merged, differences } = planTable(wanted, found);
    const done =
      dryRun ||
      action === 'unchanged' ||
      (found ? await catalog.update(database, found, merged) : await catalog.createTable(database, merged));
    return done ? { type: 'table', name: table.name, action: pastTense[action], differences } : undefined;
  });
}

const pastTense = { create: 'created', update: 'updated', unchanged: 'unchanged' } as const;

/** Where a view's entry says which SQL it was made of: the catalog keeps that SQL in a form of its own. */
const SQL_HASH = 'backup_ledger.sql_sha256';

function registerView(
  view: View,
  engine: QueryEngine,
  { database, dryRun }: RegisterOptions,
  { catalog, retryLostRaces }: RegisterWorld,
): Promise<Registration> {
  const sql = createViewSql(view);
  const hash = sha256(new TextEncoder().encode(sql));
  return retryLostRaces(`${database}.${view.name}`, async () => {
    const found = await catalog.find(database, view.name);
    if (found?.type === 'table') throw occupied(view.name, found);
    const action = actionFor(found, hash);
    if (action !== 'unchanged' && !dryRun) {
      await engine.run(sql);
      const made = await catalog.find(database, view.name);
      if (!made) return undefined;
      const parameters = { ...made.table.parameters, [SQL_HASH]: hash };
      if (!(await catalog.update(database, made, { parameters }))) return undefined;
    }
    return { type: 'view', name: view.name, action, differences: action === 'updated' ? ['its SQL'] : [] };
  });
}

function actionFor(found: CatalogEntry | undefined, hash: string): Registration['action'] {
  if (!found) return 'created';
  return found.table.parameters[SQL_HASH] === hash ? 'unchanged' : 'updated';
}

function emptyCatalog(catalog: Catalog): Catalog {
  return { ...catalog, find: () => Promise.resolve(undefined) };
}
