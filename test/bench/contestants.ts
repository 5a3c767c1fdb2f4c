import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { bareEnvironment, pythonEnvironment } from '../engines/python-environment.ts';
import { awsEnvironment } from '../fixtures/trial.ts';
import type { Toll } from './stage.ts';

/** Who pulls the same summaries: ours, the same job in Python, and two floors that keep nothing. */

export const OURS = 'backup-ledger pull';
export const PYTHON = 'Python: boto3, pandas, pyarrow';
export const SDK_PAGING = 'floor: SDK pages, SDK PUTs';
export const BARE = 'floor: bare HTTP and JSON, bare PUTs';
export const contestants = [OURS, PYTHON, SDK_PAGING, BARE] as const;
export type Contestant = (typeof contestants)[number];

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const CLI = pathOf('../../dist/jobs/backup-ledger.js');
const python = pythonEnvironment('bench', new URL('./peers/requirements.txt', import.meta.url));
export const installPeers = python.install;

/** Runs one of the Python peers and returns the numbers it prints. */
export async function runPeer(script: string, ...args: readonly string[]): Promise<number[]> {
  const { code, stdout, stderr } = await python.run('python', [pathOf(`./peers/${script}`), ...args]);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim().split(' ').map(Number);
}

/** Writes CPU seconds and peak kilobytes to file descriptor 3 as a Node process ends. */
const TELL_USAGE = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>{const{userCPUTime:u,systemCPUTime:s,maxRSS:m}=process.resourceUsage();writeSync(3,(u+s)/1e6+' '+m)})`;

export interface Run extends Omit<Toll, 'puts'> {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  /** Sizes of the objects written. */
  readonly puts: readonly number[];
}

/** What one run is about. */
export interface Task {
  readonly regions: readonly string[];
  /** Instant our pull believes it is, ISO 8601. */
  readonly now: string;
  /** Sizes of the objects the floors put. */
  readonly sizes: readonly number[];
  /** Flags of our pull. */
  readonly flags?: readonly string[];
}

export interface Stage {
  direct(change: object): Promise<void>;
  run(contestant: Contestant, task: Task): Promise<Run>;
  stop(): void;
}

/** Starts the endpoints all of them use. */
export async function openStage(summaries: number): Promise<Stage> {
  const stage = spawn(
    process.execPath,
    ['--max-old-space-size=8192', '--import', 'tsx', pathOf('./stage.ts'), String(summaries)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(createInterface(stage.stdout), 'line')) as [string];
  const { url, s3Url } = JSON.parse(line) as { url: string; s3Url: string };
  const ask = async (method: string, body?: string) => {
    const answer = await fetch(`${url}/_stage`, { method, ...(body !== undefined && { body }) });
    return answer.text();
  };
  return {
    direct: async (change) => void (await ask('POST', JSON.stringify(change))),
    async run(contestant, task) {
      await ask('DELETE');
      const [program, args] = commandOf(contestant, task, url);
      const began = performance.now();
      const [cpuSeconds = 0, peakKb = 0] = await runToEnd(
        spawn(program, args, {
          env: {
            ...bareEnvironment(),
            ...awsEnvironment(url, s3Url),
            AWS_REGION: 'us-east-1',
            NODE_NO_WARNINGS: '1',
          },
          stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
        }),
      );
      const wallMs = performance.now() - began;
      const toll = JSON.parse(await ask('DELETE')) as Toll;
      return { wallMs, cpuMs: cpuSeconds * 1000, peakMb: peakKb / 1024, ...toll };
    },
    stop: () => void stage.kill(),
  };
}

/** Each writes under a prefix of its own. */
export const prefixOf: Readonly<Record<Contestant, string>> = {
  [OURS]: 'ledger/ours',
  [PYTHON]: 'ledger/python',
  [SDK_PAGING]: 'ledger/floor',
  [BARE]: 'ledger/floor',
};

function commandOf(contestant: Contestant, task: Task, url: string): [string, string[]] {
  const { regions, now, sizes, flags = [] } = task;
  if (contestant === PYTHON)
    return [python.program('python'), [pathOf('./peers/python_job.py'), 'python', ...regions]];
  const node = ['--import', TELL_USAGE];
  if (contestant === OURS) {
    const where = ['--ledger', 's3://ledger/ours', '--region', regions.join(',')];
    return [
      process.execPath,
      [...node, CLI, 'pull', ...where, '--now', now, '--log-level', 'error', ...flags],
    ];
  }
  const floor = pathOf(contestant === SDK_PAGING ? './peers/sdk-paging.mjs' : './peers/bare-http.mjs');
  return [process.execPath, [...node, floor, JSON.stringify({ regions, sizes, sink: `${url}/_sink` })]];
}

async function runToEnd(child: ChildProcess): Promise<number[]> {
  let usage = '';
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdio[3]?.on('data', (chunk: Buffer) => (usage += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ').slice(0, 400)} exited with ${code}: ${said}`);
  return usage.split(' ').map(Number);
}
