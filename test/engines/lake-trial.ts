import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AthenaClient } from '@aws-sdk/client-athena';
import { openLocalEngine } from '../../jobs/world/duckdb.ts';
import { createAthena } from '../../src/adapters/aws/athena.ts';
import type { QueryEngine } from '../../src/ports.ts';
import { type AthenaServer, startAthena } from '../fixtures/athena-server.ts';
import { type Finished, runCliProcess } from '../fixtures/cli.ts';
import { awsEnvironment } from '../fixtures/trial.ts';
import { type MotoTrial, type MotoTrialOptions, openMotoTrial } from './moto-trial.ts';
import { startGlueProxy } from './trino/glue-proxy.ts';
import { startTrino, type Trino } from './trino/trino.ts';

/** A ledger on moto's S3, a catalog on moto's Glue, and Trino over both, behind Athena's API. */
export interface LakeTrial extends MotoTrial {
  readonly trino: Trino;
  readonly athenaServer: AthenaServer;
  /** Runs a command of ours against all of it. */
  command(...args: readonly string[]): Promise<Finished>;
  /** Our own client of Athena. */
  readonly athena: QueryEngine;
  /** Our local engine over a copy of the ledger. */
  openLocal(): Promise<QueryEngine & { readonly folder: string }>;
}

export const DATABASE = 'backup_ledger';

export async function openLakeTrial(options: MotoTrialOptions = {}): Promise<LakeTrial> {
  const trial = await openMotoTrial(options);
  const proxy = await startGlueProxy(trial.moto.url);
  const trino = await startTrino({ glueUrl: proxy.url, s3Url: trial.moto.url });
  const athenaServer = await startAthena({
    workgroups: { trino: true },
    looks: 1,
    async engine(sql, database) {
      const { columns, rows, stats } = await trino.query(sql, database);
      return { columns, rows, scannedBytes: stats.bytes };
    },
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new AthenaClient({
    endpoint: athenaServer.url,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  const signal = new AbortController().signal;
  const athena = createAthena({
    client,
    database: DATABASE,
    workgroup: 'trino',
    retry: (call) => call(),
    newToken: () => crypto.randomUUID(),
    signal,
    polling: { first: 20, longest: 200 },
  });
  const folder = await mkdtemp(join(tmpdir(), 'backup-ledger-lake-'));
  const environment = {
    ...awsEnvironment(trial.simulator.url, trial.moto.url),
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_GLUE: trial.moto.url,
    AWS_ENDPOINT_URL_ATHENA: athenaServer.url,
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
  };
  return {
    ...trial,
    trino,
    athenaServer,
    athena,
    command(...args) {
      const now = new Date(trial.simulator.clock.now()).toISOString();
      const common = ['--ledger', trial.ledger, '--now', now, '--log-level', 'error'];
      return runCliProcess([...args, ...common], environment);
    },
    async openLocal() {
      await copyBucket(trial.moto.url, trial.ledger, folder);
      return { ...(await openLocalEngine(folder, { database: DATABASE, signal })), folder };
    },
    async close() {
      client.destroy();
      await trino.close();
      await Promise.all([athenaServer.close(), proxy.close(), trial.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function copyBucket(endpoint: string, ledger: string, folder: string): Promise<void> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(ledger) ?? [];
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/`, ContinuationToken: token }),
    );
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const path = join(folder, Key.slice(prefix.length + 1));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, (await Body?.transformToByteArray()) ?? '');
    }
    token = page.NextContinuationToken;
  } while (token);
  client.destroy();
}
