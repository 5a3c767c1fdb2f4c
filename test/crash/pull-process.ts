import type { PullResult } from '../../schemas/pull-result.ts';
import { type Finished, type Running, startCli } from '../fixtures/cli.ts';
import { awsEnvironment, type Trial } from '../fixtures/trial.ts';

export interface ProcessOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a pull of a trial's ledger in a process of its own, at the simulator's time. */
export function startPull(trial: Trial, { flags = [], env = {} }: ProcessOptions = {}): Running {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  const place = ['--ledger', trial.ledger, ...(trial.s3 ? ['--s3-path-style'] : [])];
  const args = ['pull', ...place, '--now', now, '--log-level', 'error', ...flags];
  return startCli(args, { ...awsEnvironment(trial.simulator.url, trial.s3?.url), ...env });
}

/** The one line of JSON that a pull prints, whatever became of it. */
export function resultOf({ stdout, stderr }: Finished): PullResult {
  const lines = stdout.trimEnd().split('\n');
  if (lines.length !== 1) throw new Error(`expected one line, got ${JSON.stringify(stdout)}; stderr: ${stderr}`);
  return JSON.parse(stdout) as PullResult;
}
