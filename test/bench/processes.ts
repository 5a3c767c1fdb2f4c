import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { awsEnvironment } from '../fixtures/trial.ts';

/** Commands are measured as users run them: each in a process of its own, start-up included. */

const CLI = fileURLToPath(new URL('../../dist/jobs/backup-ledger.js', import.meta.url));

/**
 * Writes the process's peak memory, in kilobytes, and its processor time, in microseconds, to a file descriptor as it ends. What
 * `getrusage` calls the peak of a process includes what its parent held when it was started; Linux's VmHWM does not.
 */
export const tellUsage = (descriptor: number) =>
  `data:text/javascript,${encodeURIComponent(`
import { existsSync, readFileSync, writeSync } from 'node:fs';
const status = '/proc/self/status';
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const own = existsSync(status) && /VmHWM:\\s+(\\d+)/.exec(readFileSync(status, 'utf8'))?.[1];
  writeSync(${descriptor}, [own || maxRSS, userCPUTime + systemCPUTime].join());
});`)}`;

export interface Usage {
  /** Of all its threads: what a busy machine disturbs least. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** What {@link tellUsage} wrote. */
export function parseUsage(told: string): Usage {
  const [peakKb = 0, cpuUs = 0] = told.split(',').map(Number);
  return { cpuMs: cpuUs / 1000, peakMb: peakKb / 1024 };
}

export interface Measured extends Usage {
  readonly wallMs: number;
  readonly stdout: string;
}

export async function measureCli(
  args: readonly string[],
  backupUrl = '',
  s3Url?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', tellUsage(3), CLI, ...args], {
    env: { PATH: process.env['PATH'], ...awsEnvironment(backupUrl, s3Url), ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  let stdout = '';
  let usage = '';
  child.stdio[1]?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stdio[3]?.on('data', (chunk: Buffer) => (usage += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  const wallMs = performance.now() - began;
  if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}: ${stdout}`);
  return { wallMs, ...parseUsage(usage), stdout };
}

export interface SimulatorProcess {
  readonly url: string;
  /** Changes a part of the running world: `clock`, `faults` or `world`. */
  set(part: string, value: unknown): Promise<void>;
  stop(): void;
}

/** A simulator in a process of its own, so that its work does not count as ours. */
export async function startSimulatorProcess(...flags: string[]): Promise<SimulatorProcess> {
  const child: ChildProcess = spawn(process.execPath, [CLI, 'simulate', ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [chunk] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const url = chunk.toString().trim();
  return {
    url,
    async set(part, value) {
      const answer = await fetch(`${url}/_simulator/${part}`, { method: 'PUT', body: JSON.stringify(value) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    stop: () => void child.kill(),
  };
}
