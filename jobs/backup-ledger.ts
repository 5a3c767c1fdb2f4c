#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runCli } from '../src/cli/main.ts';
import { exitCodes, InterruptedError } from '../src/errors.ts';
import { allCommands } from './commands/commands.ts';
import { packageInfo } from './world/package-info.ts';

/** The command line. */

// Whatever escapes every handler is a bug, and a scheduler must not take Node's own exit code 1 for something else.
process.on('uncaughtException', (error) => {
  process.stderr.write(`backup-ledger: ${error.stack ?? error.message}\n`);
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

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    commands: allCommands(interruption.signal),
    version: packageInfo().version,
    readFile: (path) => readFileSync(path, 'utf8'),
  },
  { stdout: process.stdout, stderr: process.stderr, env: process.env },
);
