import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../fixtures/cli.ts';
import { awsEnvironment, openTrial, type Trial } from '../fixtures/trial.ts';

/** A full disk under the result is a failure; one under the log stops nothing. */

let trial: Trial;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backup-ledger-full-disk-'));
  trial = await openTrial({ summaries: 300 });
  await trial.pull();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await trial.close();
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line with its streams as a shell redirects them: `> /dev/full`. */
function run(args: readonly string[], redirection: string, before = ''): Promise<Ended> {
  const script = `${before} "$0" "$@" ${redirection}`;
  const child = spawn('sh', ['-c', script, process.execPath, CLI, ...args], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...awsEnvironment(trial.simulator.url) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve) => {
    const texts = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (part: string) => (texts.stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (texts.stderr += part));
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}

const everyRow = () => ['query', '--ledger', trial.ledger, 'SELECT range AS n FROM range(20000)'];

describe('a full disk under the result', () => {
  it.each([
    ['rows', everyRow],
    ['help', () => ['pull', '--help']],
    ['a plan', () => ['plan', '--region', 'eu-west-1']],
  ])('is a failure: %s', async (_what, args) => {
    const { code, stderr } = await run(args(), '> /dev/full');
    expect(stderr).toContain('backup-ledger: the result cannot be written: ENOSPC');
    expect(code).toBe(75);
  });

  it('does not hide what is worse', async () => {
    const { code } = await run(['verify', '--json', '--ledger', trial.ledger], '> /dev/full');
    // The real clock: the last good pull is long ago.
    expect(code).toBe(65);
  });

  it('that takes the first half of a piece only is a failure, too', async () => {
    const file = join(folder, 'help.txt');
    const { code, stderr } = await run(['pull', '--help'], `> ${file}`, 'ulimit -f 2;');
    expect(readFileSync(file).length).toBeGreaterThan(0);
    expect(stderr).toContain('the result cannot be written');
    expect(code).toBe(75);
  });

  it('is the failure even when nothing can be said of it', async () => {
    expect(await run(everyRow(), '> /dev/full 2> /dev/full')).toEqual({ code: 75, stdout: '', stderr: '' });
  });
});

describe('a full disk under the log', () => {
  it.each([
    ['lines of JSON', []],
    [
      'lines for people, a progress display and metrics',
      ['--log-format', 'pretty', '--progress', 'always', '--metrics', 'emf'],
    ],
  ])('stops no pull: %s', async (_what, flags) => {
    trial.simulator.clock.advance(60_000);
    const now = new Date(trial.simulator.clock.now()).toISOString();
    const args = ['pull', '--ledger', trial.ledger, '--region', 'eu-west-1', '--now', now, ...flags];
    const { code, stdout } = await run(args, '2> /dev/full');
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'ok', exit_code: 0 });
    expect(code).toBe(0);
  });
});
