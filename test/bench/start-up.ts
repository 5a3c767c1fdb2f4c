import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI } from '../fixtures/cli.ts';
import { listen } from '../fixtures/listen.ts';
import { awsEnvironment } from '../fixtures/trial.ts';
import { measureCli } from './processes.ts';
import { type BenchTable, median } from './table.ts';

const ROUNDS = 11;

/** How long a person waits for `--help`, and AWS for the first request of a pull. */
export async function benchStartUp(): Promise<BenchTable> {
  const helps: number[] = [];
  const requests: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    helps.push((await measureCli(['--help'])).wallMs);
    requests.push(await firstRequestMs());
  }
  return {
    title: `Start-up (medians of ${ROUNDS} rounds)`,
    columns: ['until', 'ms'],
    rows: [
      ['--help has ended', Math.round(median(helps))],
      ['the first request of a pull arrives', Math.round(median(requests))],
    ],
  };
}

async function firstRequestMs(): Promise<number> {
  const ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
  let arrived: () => void = () => undefined;
  const request = new Promise<void>((resolve) => (arrived = resolve));
  const service = await listen(() => arrived());
  const began = performance.now();
  const args = ['pull', '--ledger', ledger, '--region', 'eu-west-1', '--log-level', 'silent'];
  const env = { PATH: process.env['PATH'], ...awsEnvironment(service.url) };
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: 'ignore' });
  await request;
  const ms = performance.now() - began;
  child.kill('SIGKILL');
  await once(child, 'close');
  await service.close();
  await rm(ledger, { recursive: true });
  return ms;
}
