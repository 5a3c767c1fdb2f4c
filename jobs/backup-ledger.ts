#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { planCommand } from '../src/cli/plan.ts';
import { pullCommand } from '../src/cli/pull.ts';
import { replayCommand } from '../src/cli/replay.ts';
import { runCli } from '../src/cli/main.ts';
import { simulateCommand } from '../src/cli/simulate.ts';
import { verifyCommand } from '../src/cli/verify.ts';
import { exitCodes, InterruptedError } from '../src/errors.ts';
import { packageInfo } from './package-info.ts';

/** The command line. Each command's work is loaded when it is asked for: `--help` should not wait for the SDK. */

// Whatever escapes every handler is a bug, and a scheduler must not take Node's own exit code 1 for something else.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exit(exitCodes['report-bug']);
});

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second signal ends the process the hard way.
  process.once(signal, () => interruption.abort(new InterruptedError(signal)));
}

const commands = [
  pullCommand(async (config) => (await import('./pull.ts')).pull(config, interruption.signal)),
  planCommand(async (config) => (await import('./pull.ts')).findRegions(config)),
  replayCommand(async (config) => (await import('./replay.ts')).replay(config, interruption.signal)),
  verifyCommand(async (config) => (await import('./verify.ts')).verify(config, interruption.signal)),
  simulateCommand(async (config, ready) =>
    (await import('./simulate.ts')).simulate(config, ready, interruption.signal),
  ),
];

process.exitCode = await runCli(
  process.argv.slice(2),
  { commands, version: packageInfo().version, readFile: (path) => readFile(path, 'utf8') },
  { stdout: process.stdout, stderr: process.stderr, env: process.env },
);
