import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { openLocalEngine } from '../../jobs/world/duckdb.ts';
import { mainTables, summaryTable } from '../../schemas/catalog-table.ts';
import { glueTable } from '../../schemas/glue-table.ts';
import { createViewSql } from '../../schemas/views/view.ts';
import { views } from '../../schemas/views/views.ts';
import { createGlueCatalog } from '../../src/adapters/aws/glue.ts';
import { startMoto } from '../engines/moto.ts';
import { setup as installPython } from '../engines/python.ts';
import { startGlueProxy } from '../engines/trino/glue-proxy.ts';
import { setup as installTrino } from '../engines/trino/install.ts';
import { startTrino } from '../engines/trino/trino.ts';
import { type BenchTable, median } from './table.ts';
import { DAYS, REGIONS, ROWS, writeYear } from './year.ts';

const ROUNDS = 5;
const DATABASE = 'backup_ledger';
const TABLE = 'copy_job_summaries';
const VIEW = 'copy_job_daily';
const questions = {
  'a year': `SELECT * FROM ${VIEW}`,
  'one week': `SELECT * FROM ${VIEW} WHERE start_date BETWEEN DATE '2026-06-01' AND DATE '2026-06-07'`,
} as const;

/** One question to one engine. */
interface Answer {
  readonly wallMs: number;
  readonly rows: number;
  readonly files: number | string;
  readonly bytes: number | string;
}
type Ask = (sql: string) => Promise<Answer>;

/** `copy_job_daily` over a year of daily partitions, on DuckDB from a folder and on Trino from moto's S3. */
export async function benchQuery(): Promise<BenchTable> {
  installPython();
  installTrino();
  const ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
  try {
    await writeYear(ledger);
    const lake = await openLake(ledger);
    try {
      return tableOf(await measure({ DuckDB: (sql) => askDuckDb(ledger, sql), Trino: lake.ask }));
    } finally {
      await lake.close();
    }
  } finally {
    await rm(ledger, { recursive: true });
  }
}

/** The engines take turns, so that both see the same moods of the machine. */
async function measure(engines: Readonly<Record<string, Ask>>): Promise<[string, string, Answer][]> {
  const found: [string, string, Answer][] = [];
  for (const [question, sql] of Object.entries(questions)) {
    const answers = new Map<string, Answer[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [engine, ask] of Object.entries(engines)) {
        answers.set(engine, [...(answers.get(engine) ?? []), await ask(sql)]);
      }
    }
    for (const [engine, all] of answers) {
      const wallMs = median(all.map((answer) => answer.wallMs));
      found.push([question, engine, { ...(all[0] as Answer), wallMs }]);
    }
  }
  return found;
}

/** A fresh engine each time, as `query` opens it; DuckDB tells files by a plan, and no bytes. */
async function askDuckDb(ledger: string, sql: string): Promise<Answer> {
  const signal = new AbortController().signal;
  const began = performance.now();
  const engine = await openLocalEngine(ledger, { database: DATABASE, signal });
  let rows = 0;
  for await (const row of (await engine.run(sql)).rows) rows += Math.sign(row.length);
  const wallMs = performance.now() - began;
  let plan = '';
  for await (const row of (await engine.run(`EXPLAIN ANALYZE ${sql}`)).rows) plan += row.join('\n');
  engine.close();
  const [, files = 'all'] = /Total Files Read: (\d+)/.exec(plan) ?? [];
  return { wallMs, rows, files, bytes: 'not told' };
}

async function openLake(ledger: string): Promise<{ readonly ask: Ask; close(): Promise<void> }> {
  const moto = await startMoto();
  const proxy = await startGlueProxy(moto.url);
  await fill(moto.url, ledger);
  const trino = await startTrino({ glueUrl: proxy.url, s3Url: moto.url });
  const view = views.find(({ name }) => name === VIEW);
  if (view) await trino.query(createViewSql(view), DATABASE);
  return {
    async ask(sql) {
      const began = performance.now();
      const { rows, stats } = await trino.query(sql, DATABASE);
      return {
        wallMs: performance.now() - began,
        rows: rows.length,
        files: stats.splits,
        bytes: stats.bytes,
      };
    },
    async close() {
      await trino.close();
      await proxy.close();
      await moto.close();
    },
  };
}

async function fill(endpoint: string, ledger: string): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const options = { endpoint, region: 'us-east-1', credentials };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const glue = new GlueClient(options);
  await s3.send(new CreateBucketCommand({ Bucket: 'bench' }));
  const files = (await readdir(join(ledger, TABLE), { recursive: true })).filter((name) =>
    name.endsWith('.parquet'),
  );
  await pMap(
    files,
    async (name) => {
      const Body = await readFile(join(ledger, TABLE, name));
      await s3.send(new PutObjectCommand({ Bucket: 'bench', Key: `${TABLE}/${name}`, Body }));
    },
    { concurrency: 8 },
  );
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: DATABASE } }));
  const binding = mainTables[TABLE];
  const signal = new AbortController().signal;
  const catalog = createGlueCatalog({ client: glue, retry: (call) => call(), signal });
  if (binding) {
    await catalog.createTable(
      DATABASE,
      glueTable(summaryTable(TABLE, binding, '2025-11'), `s3://bench/${TABLE}`),
    );
  }
}

function tableOf(found: readonly [string, string, Answer][]): BenchTable {
  return {
    title: `${VIEW} over ${DAYS} days × ${REGIONS.length} regions × ${ROWS} rows (median of ${ROUNDS} rounds)`,
    columns: ['asked for', 'engine', 'wall, ms', 'rows', 'files (DuckDB) or splits (Trino)', 'bytes read'],
    rows: found.map(([question, engine, { wallMs, rows, files, bytes }]) => [
      question,
      engine,
      Math.round(wallMs),
      rows,
      String(files),
      typeof bytes === 'number' ? bytes.toLocaleString('en-US') : bytes,
    ]),
  };
}
