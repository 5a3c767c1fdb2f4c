import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { awsEnvironment } from '../fixtures/trial.ts';

/** Commands are measured as users run them: each in a process of its own, start-up included. */

const CLI = fileURLToPath(new URL('../../dist/jobs/backup-ledger.js', import.meta.url));

/** Writes the process's peak memory, in kilobytes, to file descriptor 3 as it ends. */
const TELL_PEAK = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))`;

export interface Measured {
  readonly wallMs: number;
  readonly peakMb: number;
  readonly stdout: string;
}

export async function measureCli(args: readonly string[], backupUrl = ''): Promise<Measured> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', TELL_PEAK, CLI, ...args], {
    env: { PATH: process.env['PATH'], ...awsEnvironment(backupUrl) },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  let stdout = '';
  let peak = '';
  child.stdio[1]?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stdio[3]?.on('data', (chunk: Buffer) => (peak += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  const wallMs = performance.now() - began;
  if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}: ${stdout}`);
  return { wallMs, peakMb: Number(peak) / 1024, stdout };
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
