import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { CatalogTable } from '../../../schemas/catalog-table.ts';
import { DamagedObjectError, LedgerError, UsageError } from '../../errors.ts';
import type { QueryAnswer, QueryEngine, TableExcerpt } from '../../ports.ts';
import { answerOf } from './answer.ts';
import { dialect, identifier, list, literal } from './dialect.ts';
import { readingStatement } from './reading.ts';
import { type FilesByTable, type Known, makeRelations, namesOf, neededBy, readBy } from './relations.ts';
import { heldTableSql } from './tables.ts';

export interface DuckDbOptions extends Known {
  /** The ledger's folder. */
  readonly folder: string;
  /** Name tables and views may be qualified with, as on Athena. */
  readonly database: string;
  /** Paths of a table's files. */
  readonly filesOf: (table: CatalogTable) => Promise<readonly string[]>;
  /** How many rows are held at most; where there are more, each statement reads the files. Default: four million. */
  readonly maxHeldRows?: number;
  /** Ends a running query by throwing its reason. */
  readonly signal: AbortSignal;
}

/**
 * SQL over a local ledger, in memory and in this process. Each statement has an engine of its own, which can read the files
 * of the tables it names and nothing else, and change nothing: only statements that read are run, and the engine may open no
 * folder, so that it can make no file. Statements on held tables share one.
 */
export function openDuckDb(options: DuckDbOptions): QueryEngine {
  const open = new Set<() => void>();

  async function connected(files: FilesByTable, order: RowOrder): Promise<Connected> {
    const { connection, close } = await connect(options, [...files.values()].flat(), order);
    const done = () => {
      if (open.delete(done)) close();
    };
    open.add(done);
    return { connection, close: done };
  }

  const engine: QueryEngine = {
    async run(sql) {
      options.signal.throwIfAborted();
      const files = await filesByTable(readBy(sql, options), options);
      const { connection, close } = await connected(files, 'kept');
      try {
        return await answer({ connection, files, held: [], done: close }, sql, options);
      } catch (error) {
        close();
        throw error;
      }
    },
    async hold(excerpt) {
      const files = await filesByTable(new Set(options.tables.map(({ name }) => name)), options);
      const { connection, close } = await connected(files, 'any');
      if (!(await fill({ connection, files, excerpt }, options))) {
        close();
        return engine;
      }
      const held = excerpt.tables;
      return {
        run: (sql) => answer({ connection, files, held, done: () => undefined }, sql, options),
        close,
      };
    },
    close: () => [...open].forEach((done) => done()),
  };
  return engine;
}

/** Of a hundred bytes each, or somewhat more. */
const MAX_HELD_ROWS = 4_000_000;

/** False where there are too many rows. */
async function fill(
  { connection, files, excerpt }: Pick<Opened, 'connection' | 'files'> & { readonly excerpt: TableExcerpt },
  options: DuckDbOptions,
): Promise<boolean> {
  let left = options.maxHeldRows ?? MAX_HELD_ROWS;
  try {
    for (const table of options.tables.filter(({ name }) => excerpt.tables.includes(name))) {
      const { insert, view } = heldTableSql(table, files.get(table.name) ?? [], excerpt);
      const [[count] = []] = (await connection.runAndReadAll(`${insert} LIMIT ${left + 1}`)).getRows();
      left -= Number(count);
      if (left < 0) return false;
      await connection.run(view);
    }
    return true;
  } catch (error) {
    throw asQueryError(error, options);
  }
}

interface Opened {
  readonly connection: DuckDBConnection;
  readonly files: FilesByTable;
  /** Tables that are there. */
  readonly held: readonly string[];
  readonly done: () => void;
}

async function answer(
  { connection, files, held, done }: Opened,
  sql: string,
  options: DuckDbOptions,
): Promise<QueryAnswer> {
  options.signal.throwIfAborted();
  try {
    const { text, tree } = await readingStatement(connection, sql);
    await makeRelations(connection, tree, { ...options, needed: neededBy(sql, options), files, held });
    const explain = (error: unknown) => asQueryError(error, options);
    return answerOf(await connection.stream(text), { explain, done });
  } catch (error) {
    throw asQueryError(error, options);
  }
}

/** What the engine may open is settled before anything is run. */
async function filesByTable(
  needed: ReadonlySet<string>,
  { tables, filesOf }: DuckDbOptions,
): Promise<FilesByTable> {
  const own = tables.filter(({ name }) => needed.has(name));
  return new Map(await Promise.all(own.map(async (table) => [table.name, await filesOf(table)] as const)));
}

interface Connected {
  readonly connection: DuckDBConnection;
  readonly close: () => void;
}

/** Whether a statement without an ORDER BY gives rows in the order of the files: to keep it costs whoever holds them all time. */
type RowOrder = 'kept' | 'any';

async function connect(
  { database, signal }: DuckDbOptions,
  files: readonly string[],
  order: RowOrder,
): Promise<Connected> {
  const instance = await DuckDBInstance.create(':memory:', {
    // A query must not load code from the network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  for (const statement of dialect) await connection.run(statement);
  await connection.run(`CREATE SCHEMA ${identifier(database)}`);
  await connection.run(`SET schema = ${literal(database)}`);
  // Nothing is written, not even where memory does not suffice.
  await connection.run(`SET temp_directory = ''`);
  // Months are thousands of small reads: to keep each of them took a gigabyte and more time than it saved.
  await connection.run('SET enable_external_file_cache = false');
  await connection.run(`SET preserve_insertion_order = ${order === 'kept'}`);
  await connection.run(`SET allowed_paths = ${list(files)}`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  return {
    connection,
    close: () => {
      signal.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Kinds of errors that are about the text of a statement, which may name a file. */
const aboutText = new Set(['Parser', 'Permission', 'Catalog']);

/** What DuckDB threw, as a sentence for the person who acts. */
function asQueryError(error: unknown, { folder, signal, ...known }: DuckDbOptions): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof LedgerError || !(error instanceof Error)) return error;
  const [, kind = ''] = /^(?:Failed to extract statements: )?(\w[\w ]*) Error: /.exec(error.message) ?? [];
  if (error.message.includes(`${folder}/`) && !aboutText.has(kind)) {
    return new DamagedObjectError(
      `a file of the ledger cannot be read: ${error.message.split('\n', 1)[0]}. See backup-ledger verify`,
      {
        cause: error,
      },
    );
  }
  if (kind === 'Internal' || kind === 'FATAL') return error;
  if (kind === 'Out of Memory') {
    return new LedgerError('fix-config', `the query needs more memory than is available: ${error.message}`, {
      cause: error,
    });
  }
  const names = namesOf(known).join(', ');
  const hint =
    kind === 'Catalog' && error.message.startsWith('Catalog Error: Table')
      ? `\nTables and views: ${names}`
      : '';
  const said = error.message.replace(/\nDid you mean "pg_\w+"\?/, '').trim();
  return new UsageError([`sql: ${said}${hint}`]);
}
