import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { factsOf, type Kind } from '../../schemas/kinds.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import type { PullResult } from '../../schemas/pull-result.ts';
import { partitionPath, parsePartitionPath } from '../../src/ledger/partition.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import type { Finished } from '../fixtures/cli.ts';
import { resultOf, type Setting, startCommand, startPull } from '../fixtures/pull-process.ts';
import { type ReadRow, RUN_TIME } from '../fixtures/trial.ts';
import { type Moto, startMoto } from './moto.ts';
import { runScript } from './python.ts';

/** A Parquet file as pyarrow sees it. */
export interface ReadFile {
  /** Key below the ledger. */
  readonly key: string;
  /** Arrow type of each column, in order. */
  readonly columns: Readonly<Record<string, string>>;
  readonly row_count: number;
  readonly rows: readonly ReadRow[];
  readonly statistics: readonly ColumnClaim[];
}

/** What a footer says of one column of one row group. */
export interface ColumnClaim {
  readonly column: string;
  readonly compression: string;
  readonly nulls?: number;
  readonly min?: string | number;
  readonly max?: string | number;
}

/** A simulated AWS Backup, and an empty ledger on moto's S3. */
export interface MotoTrial extends Setting {
  readonly moto: Moto;
  /** Runs the command line; throws unless it ends with 0. */
  pull(flags?: readonly string[]): Promise<PullResult>;
  /** Runs another command on the ledger, whatever it ends with. */
  run(command: 'verify' | 'replay', flags?: readonly string[]): Promise<Finished>;
  /** Takes an object away. */
  remove(key: string): Promise<void>;
  /** A kind's files, read by pyarrow from S3. */
  files(kind?: Kind): Promise<ReadFile[]>;
  /** All rows of a kind, in any order, with the partition columns that the paths tell. */
  rows(kind?: Kind): Promise<ReadRow[]>;
  /** Pull records, oldest first. */
  records(): Promise<PullRecord[]>;
  close(): Promise<void>;
}

const BUCKET = 'engines';
const PREFIX = 'some/ledger';
const reader = new URL('./read_ledger.py', import.meta.url);

export interface MotoTrialOptions extends SimulatorOptions {
  /** Of moto's own process. */
  readonly motoEnv?: Readonly<Record<string, string>>;
}

export async function openMotoTrial({ motoEnv, ...options }: MotoTrialOptions = {}): Promise<MotoTrial> {
  const simulator: Simulator = await startSimulator({ now: RUN_TIME, summaries: 300, ...options });
  const moto = await startMoto(motoEnv);
  await createBucket(moto.url);
  const setting = { simulator, ledger: `s3://${BUCKET}/${PREFIX}`, s3: moto };
  const files = (kind: Kind = 'copy') => readFiles(moto.url, `${PREFIX}/${factsOf(kind).table}`);
  return {
    ...setting,
    moto,
    files,
    async pull(flags = []) {
      const finished = await startPull(setting, { flags }).finished;
      if (finished.code !== 0) throw new Error(`pull ended with ${finished.code}: ${finished.stderr}`);
      return resultOf(finished);
    },
    run: (command, flags = []) => startCommand(command, setting, { flags }).finished,
    records: () => readRecords(moto.url),
    remove: (key) => deleteObject(moto.url, `${PREFIX}/${key}`),
    async rows(kind = 'copy') {
      return (await files(kind)).flatMap(({ key, rows }) =>
        rows.map((row) => ({ ...row, ...pathColumns(key) })),
      );
    },
    async close() {
      await simulator.close();
      await moto.close();
    },
  };
}

async function createBucket(endpoint: string): Promise<void> {
  await sendTo(endpoint, (client) => client.send(new CreateBucketCommand({ Bucket: BUCKET })));
}

async function deleteObject(endpoint: string, key: string): Promise<void> {
  await sendTo(endpoint, (client) => client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key })));
}

function readRecords(endpoint: string): Promise<PullRecord[]> {
  return sendTo(endpoint, async (client) => {
    const listed = await client.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${PREFIX}/pulls/` }),
    );
    const texts = (listed.Contents ?? []).map(async ({ Key }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      return (await Body?.transformToString()) ?? '';
    });
    const lines = (await Promise.all(texts)).flatMap((text) => text.trimEnd().split('\n'));
    return lines.map((line) => JSON.parse(line) as PullRecord);
  });
}

async function sendTo<T>(endpoint: string, send: (client: S3Client) => Promise<T>): Promise<T> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  return send(client).finally(() => client.destroy());
}

async function readFiles(endpoint: string, folder: string): Promise<ReadFile[]> {
  const found = (await runScript(reader, endpoint, `${BUCKET}/${folder}`)) as (ReadFile & { path: string })[];
  return found.map((file) => ({ ...file, key: file.path.slice(`${BUCKET}/${PREFIX}/`.length) }));
}

function pathColumns(path: string): ReadRow {
  const key = parsePartitionPath(path);
  if (!key || partitionPath(key) !== path) throw new Error(`${path} is no partition`);
  return { aggregation_period: key.aggregationPeriod, start_month: key.month };
}
