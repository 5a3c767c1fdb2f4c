#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { doctorCommand } from '../src/cli/doctor.ts';
import { planCommand } from '../src/cli/plan.ts';
import { pullCommand } from '../src/cli/pull.ts';
import { queryCommand } from '../src/cli/query.ts';
import { registerCommand } from '../src/cli/register.ts';
import { reportCommand } from '../src/cli/report.ts';
import { replayCommand } from '../src/cli/replay.ts';
import { runCli } from '../src/cli/main.ts';
import { simulateCommand } from '../src/cli/simulate.ts';
import { verifyCommand } from '../src/cli/verify.ts';
import { exitCodes, InterruptedError } from '../src/errors.ts';
import { packageInfo } from './world/package-info.ts';

/** The command line. Each command's work is loaded when it is asked for: `--help` should not wait for the SDK. */

// Whatever escapes every handler is a bug, and a scheduler must not take Node's own exit code 1 for something else.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exit(exitCodes['report-bug']);
});

// V8 lets the heap double and more before it collects; a pull of a million summaries then takes twice the memory for a
// tenth less processor time. Its container is rather a small one.
setFlagsFromString('--heap-growing-percent=40');

// A reader that has seen enough, such as `head`, is no error: the exit code tells of the work, not of the pipe.
process.stdout.on('error', () => undefined);

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second signal ends the process the hard way.
  process.once(signal, () => interruption.abort(new InterruptedError(signal)));
}

const commands = [
  pullCommand(async (config) => (await import('./commands/pull.ts')).pull(config, interruption.signal)),
  planCommand(async (config) =>
    (await import('./world/regions.ts')).findRegions(config, interruption.signal),
  ),
  registerCommand({
    register: async (config, tell) =>
      (await import('./commands/register.ts')).register(config, tell, interruption.signal),
    statements: async (config) =>
      (await import('./commands/register.ts')).statements(config, interruption.signal),
  }),
  queryCommand({
    runQuery: async (config, sql, use) =>
      (await import('./commands/query.ts')).runQuery(config, sql, use, interruption.signal),
    formatAs: async (format, answer) => (await import('./commands/query.ts')).formatAs(format, answer),
    readSql: async (path) => (await import('./commands/query.ts')).readSql(path),
  }),
  reportCommand(async (config) => (await import('./commands/report.ts')).report(config, interruption.signal)),
  doctorCommand(async (config, tell) =>
    (await import('./commands/doctor.ts')).doctor(config, tell, interruption.signal),
  ),
  replayCommand(async (config) => (await import('./commands/replay.ts')).replay(config, interruption.signal)),
  verifyCommand(async (config) => (await import('./commands/verify.ts')).verify(config, interruption.signal)),
  simulateCommand(async (config, ready) =>
    (await import('./commands/simulate.ts')).simulate(config, ready, interruption.signal),
  ),
];

process.exitCode = await runCli(
  process.argv.slice(2),
  { commands, version: packageInfo().version, readFile: (path) => readFileSync(path, 'utf8') },
  { stdout: process.stdout, stderr: process.stderr, env: process.env },
);
