import type { PullResult } from '../../schemas/pull-result.ts';
import { type Finished, type Running, startCli } from '../fixtures/cli.ts';
import { awsEnvironment, type Trial } from '../fixtures/trial.ts';

/** What is asked and what is written to; `s3` when that lies on S3. */
export interface Setting extends Pick<Trial, 'simulator' | 'ledger'> {
  readonly s3: { readonly url: string } | undefined;
}

export interface ProcessOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a pull in a process of its own, at the simulator's time. */
export function startPull(
  { simulator, ledger, s3 }: Setting,
  { flags = [], env = {} }: ProcessOptions = {},
): Running {
  const now = new Date(simulator.clock.now()).toISOString();
  const place = ['--ledger', ledger, ...(s3 ? ['--s3-path-style'] : [])];
  const args = ['pull', ...place, '--now', now, '--log-level', 'error', ...flags];
  return startCli(args, { ...awsEnvironment(simulator.url, s3?.url), ...env });
}

/** The one line of JSON that a pull prints, whatever became of it. */
export function resultOf({ stdout, stderr }: Finished): PullResult {
  const lines = stdout.trimEnd().split('\n');
  if (lines.length !== 1)
    throw new Error(`expected one line, got ${JSON.stringify(stdout)}; stderr: ${stderr}`);
  return JSON.parse(stdout) as PullResult;
}
