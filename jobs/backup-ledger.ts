#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runCli } from '../src/cli/main.ts';
import { exitCodes, InterruptedError } from '../src/errors.ts';
import { allCommands } from './commands/commands.ts';
import { display, drained, openStdout, stderr } from './world/output.ts';
import { packageInfo } from './world/package-info.ts';

/** The command line. */

// Whatever escapes every handler is a bug, and a scheduler must not take Node's own exit code 1 for something else.
process.on('uncaughtException', (error) => {
  stderr.write(`backup-ledger: ${error.stack ?? error.message}\n`);
  process.exit(exitCodes['report-bug']);
});

// V8 lets the heap double and more before it collects; a pull of a million summaries then takes twice the memory for a
// tenth less processor time. Its container is rather a small one.
setFlagsFromString('--heap-growing-percent=40');

let unwritten: Error | undefined;
const stdout = openStdout((error) => (unwritten ??= error));
// A log that cannot be written never stops the job.
display.on('error', () => undefined);

/** npm and timeout hand on what a terminal has sent to all: signals so close together are one. In milliseconds. */
const TOGETHER_MS = 500;

const interruption = new AbortController();
let interruptedAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The listener stays: the library that hides the cursor would raise the signal again, were its own the last one.
  process.on(signal, () => {
    const reason = new InterruptedError(signal);
    const now = performance.now();
    interruptedAt ??= now;
    interruption.abort(reason);
    // A second one ends the process the hard way.
    if (now - interruptedAt > TOGETHER_MS) process.exit(reason.exitCode);
  });
}

const exitCode = await runCli(
  process.argv.slice(2),
  {
    commands: allCommands(interruption.signal),
    version: packageInfo().version,
    readFile: (path) => readFileSync(path, 'utf8'),
  },
  { stdout, stderr: display, env: process.env },
);

await drained(stdout);
if (unwritten) stderr.write(`backup-ledger: the result cannot be written: ${unwritten.message}\n`);
process.exitCode = unwritten && exitCode === 0 ? exitCodes['retry-later'] : exitCode;
