import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Server } from '../fixtures/s3-server.ts';
import { awsEnvironment } from '../fixtures/trial.ts';
import { measureFunction } from './function.ts';
import { measureCli } from './processes.ts';
import type { BenchTable } from './table.ts';
import { NOW, writeYears } from './years.ts';
import { BUCKET, openS3, requestsSince } from './years-store.ts';

/** Reading a whole ledger of years back from S3: what the function takes for it, and what a replay of everything takes. */

const YEARS = [5];
const PREFIX = 'ledger';

/** How a verification is done: memory of the function in MB, and milliseconds that S3 takes for each answer. */
interface Run {
  readonly raw: 'all' | 'recent' | 'none';
  readonly memory: number;
  readonly latency: number;
}

const runs: readonly Run[] = [
  { raw: 'none', memory: 1024, latency: 0 },
  { raw: 'none', memory: 1024, latency: 20 },
  { raw: 'recent', memory: 1024, latency: 20 },
  { raw: 'recent', memory: 1769, latency: 20 },
  { raw: 'all', memory: 1024, latency: 20 },
  { raw: 'all', memory: 1769, latency: 20 },
  { raw: 'all', memory: 1769, latency: 50 },
];

export async function* benchWhole(): AsyncGenerator<BenchTable> {
  for (const years of YEARS) {
    const root = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
    try {
      const ledger = join(root, 'ledger');
      await writeYears(ledger, years);
      yield await benchWholeLedger(ledger, years);
    } finally {
      await rm(root, { recursive: true });
    }
  }
}

export async function benchWholeLedger(ledger: string, years: number): Promise<BenchTable> {
  const s3 = await openS3(ledger, `${PREFIX}/`);
  const rows: (string | number)[][] = [];
  try {
    for (const run of runs) rows.push(await verify(s3, run));
    rows.push(await replay(s3));
  } finally {
    await s3.close();
  }
  return {
    title: `All of ${years} years × 20 regions × 4 kinds × 30 accounts, on S3 (once each)`,
    columns: ['read', 'memory, MB', 'S3, ms', 'wall, s', 'CPU, s', 'peak RSS, MB', 'asked of S3'],
    rows,
  };
}

async function verify(s3: S3Server, { raw, memory, latency }: Run): Promise<(string | number)[]> {
  s3.setFault(latency === 0 ? undefined : () => sleep(latency, undefined));
  const env = {
    ...awsEnvironment('', s3.url),
    AWS_REGION: 'us-east-1',
    STACK: 'bench',
    BACKUP_LEDGER_LEDGER: `s3://${BUCKET}/${PREFIX}`,
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_NOW: NOW,
    BACKUP_LEDGER_LOG_LEVEL: 'error',
  };
  const before = s3.requests.length;
  const flags = { raw, deadline: '4h' };
  const { wallMs, cpuMs, peakMb, payload } = await measureFunction({ action: 'verify', flags }, memory, env);
  s3.setFault(undefined);
  if (payload['outcome'] !== 'ok') throw new Error(`verify found ${JSON.stringify(payload)}`);
  const asked = requestsSince(s3, before);
  return [`verify, raw pages: ${raw}`, memory, latency, ...figures(wallMs, cpuMs, peakMb), asked];
}

/** By the command line, for which no limit of time holds. It writes: nothing is measured on this S3 after it. */
async function replay(s3: S3Server): Promise<(string | number)[]> {
  const before = s3.requests.length;
  const place = ['--ledger', `s3://${BUCKET}/${PREFIX}`, '--s3-path-style'];
  const args = ['replay', ...place, '--now', NOW, '--log-level', 'error', '--deadline', '4h'];
  const { wallMs, cpuMs, peakMb } = await measureCli(args, '', s3.url, { AWS_REGION: 'us-east-1' });
  return ['replay', '', 0, ...figures(wallMs, cpuMs, peakMb), requestsSince(s3, before)];
}

function figures(wallMs: number, cpuMs: number, peakMb: number): number[] {
  return [Math.round(wallMs / 1000), Math.round(cpuMs / 1000), Math.round(peakMb)];
}
