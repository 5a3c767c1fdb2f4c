import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { mainTables, pullsTable, summaryTable } from '../../schemas/catalog-table.ts';
import { glueTable } from '../../schemas/glue-table.ts';
import { createViewSql } from '../../schemas/views/view.ts';
import { views } from '../../schemas/views/views.ts';
import { createGlueCatalog } from '../../src/adapters/aws/glue.ts';
import { startMoto } from '../engines/moto.ts';
import { startGlueProxy } from '../engines/trino/glue-proxy.ts';
import { setup as installPython } from '../engines/python.ts';
import { setup as installTrino } from '../engines/trino/install.ts';
import { startTrino } from '../engines/trino/trino.ts';
import { runCliProcess } from '../fixtures/cli.ts';
import { startGlue } from '../fixtures/glue-server.ts';
import { type S3Server, startS3Server } from '../fixtures/s3-server.ts';
import { awsEnvironment } from '../fixtures/trial.ts';
import { startSimulatorProcess } from './processes.ts';

export const BUCKET = 'bench';
const DATABASE = 'backup_ledger';
const FIRST_MONTH = '2016-01';
const HOUR_MS = 3_600_000;

/** A ledger on the S3 of the tests, which counts what it is asked. */
export interface CountedStore {
  /** What each question took: `3 LIST + 12 GET`. */
  requests(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

const questions: Readonly<Record<string, string>> = {
  'Trino: last week, copy_job_daily': `SELECT * FROM copy_job_daily WHERE start_date >= DATE '2026-11-16' AND start_month >= '2026-11'`,
  'Trino: last week, copy_job_trend': `SELECT * FROM copy_job_trend WHERE start_date >= DATE '2026-11-16'`,
  'Trino: the same, from the month before': `SELECT * FROM (${views.find(({ name }) => name === 'copy_job_trend')?.since?.(`'2026-11'`) ?? ''}) AS t WHERE start_date >= DATE '2026-11-16'`,
  'Trino: last week, ledger_coverage': `SELECT * FROM ledger_coverage WHERE start_date >= DATE '2026-11-16'`,
};

export async function openStore(folder: string, now: string): Promise<CountedStore> {
  const s3 = await openS3(folder);
  const commands: Readonly<Record<string, readonly string[]>> = {
    'a first pull of today, one slice': ['pull', '--region', 'eu-west-1'],
    'pull, unchanged, one slice': ['pull', '--region', 'eu-west-1'],
    'verify --since 40d': ['verify', '--since', '2026-10-14'],
    register: ['register'],
    'replay of three days': ['replay', '--from', '2026-11-15', '--to', '2026-11-17'],
  };
  return {
    async requests() {
      const found: Record<string, string> = {};
      const simulator = await startSimulatorProcess('--summaries', '1000', '--now', now);
      const glue = await startGlue();
      const environment = {
        ...awsEnvironment(simulator.url, s3.url),
        BACKUP_LEDGER_S3_PATH_STYLE: 'true',
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL_GLUE: glue.url,
      };
      for (const [index, [name, args]] of Object.entries(commands).entries()) {
        const before = s3.requests.length;
        // Each an hour after the one before: a pull as old as the last one is superseded.
        const at = new Date(Date.parse(now) + index * HOUR_MS).toISOString();
        const flags = ['--ledger', `s3://${BUCKET}`, '--now', at, '--log-level', 'error'];
        const { code, stdout, stderr } = await runCliProcess([...args, ...flags], environment);
        if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}${stdout}`);
        found[name] = requestsSince(s3, before);
      }
      simulator.stop();
      await glue.close();
      return { ...found, ...(await onTrino(s3)) };
    },
    close: () => s3.close(),
  };
}

/** The S3 of the tests with a folder's files below a prefix, which ends with a slash. */
export async function openS3(folder: string, prefix = ''): Promise<S3Server> {
  const s3 = await startS3Server({ buckets: { [BUCKET]: '111122223333' } });
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  // In the order of their names, so that a listing has little to sort.
  for (const path of paths.toSorted()) {
    const bytes = await readFile(path);
    const id = `${BUCKET}/${prefix}${path.slice(folder.length + 1)}`;
    s3.objects.set(id, {
      bytes,
      etag: `"${id.length}-${bytes.length}"`,
      lastModified: new Date(),
      headers: {},
    });
  }
  return s3;
}

/** What was asked since: listings, reads and writes. */
export function requestsSince(s3: S3Server, before: number): string {
  const asked = s3.requests.slice(before).map(({ operation }) => operation);
  const count = (pattern: RegExp) => asked.filter((operation) => pattern.test(operation)).length;
  return `${count(/^List/)} LIST + ${count(/^(?:Get|Head)/)} GET + ${count(/^Put/)} PUT`;
}

async function onTrino(s3: S3Server): Promise<Record<string, string>> {
  installPython();
  installTrino();
  const moto = await startMoto();
  const proxy = await startGlueProxy(moto.url);
  await register(moto.url);
  const trino = await startTrino({ glueUrl: proxy.url, s3Url: s3.url });
  for (const view of views) await trino.query(createViewSql(view), DATABASE);
  const found: Record<string, string> = {};
  for (const [name, sql] of Object.entries(questions)) {
    const before = s3.requests.length;
    const began = performance.now();
    const stats = await trino.query(sql, DATABASE).then((answer) => answer.stats, tooMuch);
    if (!stats) {
      found[name] = 'more memory than the 300 MB a query has here';
      continue;
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    found[name] = `${requestsSince(s3, before)}, ${stats.bytes.toLocaleString('en-US')} bytes, ${seconds} s`;
  }
  await trino.close();
  await proxy.close();
  await moto.close();
  return found;
}

/** A question about everything may need more than a query is given. */
function tooMuch(error: unknown): undefined {
  if ((error as { readonly errorType?: unknown }).errorType !== 'INSUFFICIENT_RESOURCES') throw error;
}

async function register(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new GlueClient({ endpoint, region: 'us-east-1', credentials });
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: DATABASE } }));
  const catalog = createGlueCatalog({
    client,
    retry: (call) => call(),
    signal: new AbortController().signal,
  });
  const tables = Object.entries(mainTables).map(([name, binding]) =>
    summaryTable(name, binding, FIRST_MONTH),
  );
  for (const table of [...tables, pullsTable(FIRST_MONTH)])
    await catalog.createTable(DATABASE, glueTable(table, `s3://${BUCKET}/${table.name}`));
}
