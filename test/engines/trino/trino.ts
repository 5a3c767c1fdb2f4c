import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { home } from './install.ts';

export interface TrinoOptions {
  /** Endpoint of the Glue Data Catalog. */
  readonly glueUrl: string;
  /** Endpoint of S3. */
  readonly s3Url: string;
}

export interface TrinoColumn {
  readonly name: string;
  /** Such as `varchar`, `bigint`, `timestamp(3)`. */
  readonly type: string;
}

export interface TrinoResult {
  readonly columns: readonly TrinoColumn[];
  readonly rows: readonly (readonly unknown[])[];
  readonly stats: TrinoStats;
}

export interface TrinoStats {
  /** Bytes read from S3. */
  readonly bytes: number;
  /** Rows the table scans gave. */
  readonly rows: number;
  /** Files, or parts of files, that were read. */
  readonly splits: number;
  readonly wallMs: number;
}

export interface Trino {
  query(sql: string, database?: string): Promise<TrinoResult>;
  close(): Promise<void>;
}

/** A query that Trino did not answer. */
export class TrinoError extends Error {
  /** Such as `SYNTAX_ERROR` or `COLUMN_NOT_FOUND`. */
  readonly errorName: string;
  /** `USER_ERROR`, `INTERNAL_ERROR`, `INSUFFICIENT_RESOURCES` or `EXTERNAL`. */
  readonly errorType: string;

  constructor({ message, errorName, errorType }: { message: string; errorName: string; errorType: string }) {
    super(message);
    this.name = 'TrinoError';
    this.errorName = errorName;
    this.errorType = errorType;
  }
}

const START_MS = 120_000;
/** The name Athena gives its Glue catalog. */
const CATALOG = 'awsdatacatalog';

/** Starts a single Trino server with the Hive connector over the given catalog and store. */
export async function startTrino(options: TrinoOptions): Promise<Trino> {
  const folder = await mkdtemp(join(tmpdir(), 'backup-ledger-trino-'));
  const port = await freePort();
  await configure(folder, port, options);
  const log = join(folder, 'server.log');
  const server = spawn('java', [...javaOptions(folder), 'Trino', '435'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // It keeps logs of its own below the working directory.
    cwd: folder,
  });
  const output = createWriteStream(log);
  server.stdout.pipe(output, { end: false });
  server.stderr.pipe(output, { end: false });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  const url = `http://127.0.0.1:${port}`;
  const stillRuns = () => server.exitCode === null && server.signalCode === null;
  await untilReady(url, stillRuns).catch(async (error: unknown) => {
    kill();
    throw new Error(`Trino did not start: ${(await readFile(log, 'utf8')).slice(-4_000)}`, { cause: error });
  });
  return {
    query: (sql, database) => onceNodesKnow(() => query(url, sql, database)),
    async close() {
      kill();
      process.off('exit', kill);
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function configure(folder: string, port: number, { glueUrl, s3Url }: TrinoOptions): Promise<void> {
  await mkdir(join(folder, 'catalog'));
  await writeProperties(join(folder, 'config.properties'), {
    coordinator: 'true',
    'node-scheduler.include-coordinator': 'true',
    'http-server.http.port': String(port),
    'discovery.uri': `http://127.0.0.1:${port}`,
    // Else stages exchange their data by the machine's own name, which need not lead anywhere.
    'node.internal-address': '127.0.0.1',
    'query.max-memory': '300MB',
    'query.max-memory-per-node': '300MB',
    'memory.heap-headroom-per-node': '200MB',
    'catalog.management': 'static',
  });
  await writeProperties(join(folder, 'log.properties'), { 'io.trino': 'WARN' });
  await writeProperties(join(folder, 'catalog', `${CATALOG}.properties`), {
    'connector.name': 'hive',
    'hive.metastore': 'glue',
    'hive.metastore.glue.region': 'us-east-1',
    'hive.metastore.glue.endpoint-url': glueUrl,
    'hive.metastore.glue.aws-access-key': 'test',
    'hive.metastore.glue.aws-secret-key': 'test',
    'hive.partition-projection-enabled': 'true',
    // Files as small as a trial's are else read whole, whatever of them is wanted.
    'parquet.small-file-threshold': '0B',
    'hive.security': 'allow-all',
    // moto has no column statistics, and Trino asks it again and again for them.
    'hive.table-statistics-enabled': 'false',
    'fs.hadoop.enabled': 'false',
    'fs.native-s3.enabled': 'true',
    's3.endpoint': s3Url,
    's3.path-style-access': 'true',
    's3.region': 'us-east-1',
    's3.aws-access-key': 'test',
    's3.aws-secret-key': 'test',
  });
}

function writeProperties(path: string, properties: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  return writeFile(path, lines.join(''));
}

function javaOptions(folder: string): string[] {
  return [
    '-Xmx1G',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:ReservedCodeCacheSize=512M',
    '-Djdk.attach.allowAttachSelf=true',
    '--add-opens=java.base/java.nio=ALL-UNNAMED',
    `-Dconfig=${folder}/config.properties`,
    '-Dnode.environment=test',
    '-Dnode.id=test',
    `-Dnode.data-dir=${folder}/data`,
    `-Dplugin.dir=${home}/plugin`,
    `-Dlog.levels-file=${folder}/log.properties`,
    `-Dcatalog.config-dir=${folder}/catalog`,
    '-cp',
    `${home}/lib/*:${home}/launcher`,
  ];
}

/** A catalog is announced to the nodes, even to the only one, a moment after the server answers. */
async function onceNodesKnow<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const early = error instanceof TrinoError && error.errorName === 'NO_NODES_AVAILABLE';
      if (!early || attempt >= 40) throw error;
      await sleep(250);
    }
  }
}

async function untilReady(url: string, stillRuns: () => boolean): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (stillRuns() && Date.now() < deadline) {
    const answered = await query(url, 'SELECT 1').catch(() => undefined);
    if (answered) return;
    await sleep(250);
  }
  throw new Error('it ended, or took too long');
}

interface Page {
  readonly columns?: readonly TrinoColumn[];
  readonly data?: readonly (readonly unknown[])[];
  readonly nextUri?: string;
  readonly error?: { readonly message: string; readonly errorName: string; readonly errorType: string };
  readonly stats: {
    readonly physicalInputBytes: number;
    readonly processedRows: number;
    readonly completedSplits: number;
    readonly elapsedTimeMillis: number;
  };
}

/** Trino's client protocol: a query is posted, and its pages are fetched until none is named. */
async function query(url: string, sql: string, database?: string): Promise<TrinoResult> {
  const headers = {
    'X-Trino-User': 'test',
    'X-Trino-Time-Zone': 'UTC',
    'X-Trino-Catalog': CATALOG,
    ...(database && { 'X-Trino-Schema': database }),
  };
  let page = (await (
    await fetch(`${url}/v1/statement`, { method: 'POST', body: sql, headers })
  ).json()) as Page;
  const rows: (readonly unknown[])[] = [];
  let columns = page.columns;
  for (;;) {
    if (page.error) throw new TrinoError(page.error);
    columns ??= page.columns;
    rows.push(...(page.data ?? []));
    if (!page.nextUri) break;
    page = (await (await fetch(page.nextUri)).json()) as Page;
  }
  const { physicalInputBytes, processedRows, completedSplits, elapsedTimeMillis } = page.stats;
  return {
    columns: columns ?? [],
    rows,
    stats: {
      bytes: physicalInputBytes,
      rows: processedRows,
      splits: completedSplits,
      wallMs: elapsedTimeMillis,
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
