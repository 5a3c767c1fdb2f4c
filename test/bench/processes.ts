import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { awsEnvironment } from '../fixtures/trial.ts';

/** Commands are measured as users run them: each in a process of its own, start-up included. */

const CLI = fileURLToPath(new URL('../../dist/jobs/backup-ledger.js', import.meta.url));

/** Writes the process's peak memory, in kilobytes, and its processor time, in microseconds, to file descriptor 3 as it ends. */
const TELL_USAGE = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>{const{maxRSS,userCPUTime,systemCPUTime}=process.resourceUsage();writeSync(3,[maxRSS,userCPUTime+systemCPUTime].join())})`;

export interface Measured {
  readonly wallMs: number;
  /** Of all its threads: what a busy machine disturbs least. */
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly stdout: string;
}

export async function measureCli(args: readonly string[], backupUrl = ''): Promise<Measured> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', TELL_USAGE, CLI, ...args], {
    env: { PATH: process.env['PATH'], ...awsEnvironment(backupUrl) },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  let stdout = '';
  let usage = '';
  child.stdio[1]?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stdio[3]?.on('data', (chunk: Buffer) => (usage += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  const wallMs = performance.now() - began;
  if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}: ${stdout}`);
  const [peakKb = 0, cpuUs = 0] = usage.split(',').map(Number);
  return { wallMs, cpuMs: cpuUs / 1000, peakMb: peakKb / 1024, stdout };
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
