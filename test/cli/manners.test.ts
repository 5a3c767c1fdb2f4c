import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Out } from '../../src/cli/command.ts';
import { runCli } from '../../src/cli/main.ts';
import { pullCommand } from '../../src/cli/pull.ts';
import { RequestError } from '../../src/errors.ts';
import { aSummary, pullOnce } from '../fixtures/builders.ts';
import { layOut, runCliProcess, runCliHere } from '../fixtures/cli.ts';
import { openTrial } from '../fixtures/trial.ts';
import { startPull } from '../fixtures/pull-process.ts';

/** How the command line behaves towards whoever types. */

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Both streams are one terminal, unless each is told apart. */
async function run(
  args: readonly string[],
  terminals: Terminal | { readonly stdout: Terminal; readonly stderr: Terminal } = {},
  env: Readonly<Record<string, string>> = {},
  result = pullOnce([aSummary()]),
) {
  const { stdout, stderr } = 'stdout' in terminals ? terminals : { stdout: terminals, stderr: terminals };
  const out: string[] = [];
  const err: string[] = [];
  const to = (lines: string[], terminal: Terminal): Out => ({
    write: (text) => lines.push(text),
    ...terminal,
  });
  const cli = { commands: [pullCommand(() => result, layOut)], version: '1.2.3', readFile: () => '' };
  const code = await runCli(args, cli, { stdout: to(out, stdout), stderr: to(err, stderr), env });
  return { code, out: out.join(''), err: err.join('') };
}

describe('what is mistyped', () => {
  it.each([
    ['--regoin', 'eu-west-1', 'did you mean --region?'],
    ['--knid', 'copy', 'did you mean --kind?'],
    ['--page-sice', '5', 'did you mean --page-size?'],
  ])('%s is told with what was meant', async (flag, value, words) => {
    const { code, err } = await run(['pull', flag, value]);
    expect(code).toBe(64);
    expect(err).toContain(`${flag.slice(2)}: unknown flag; ${words}`);
  });

  it('is not guessed at when nothing is like it', async () => {
    expect((await run(['pull', '--colour', 'red'])).err).toContain('colour: unknown flag\n');
  });

  it('as a command is told, too', async () => {
    expect((await run(['pul'])).err).toContain('Did you mean pull?');
  });
});

describe('help', () => {
  it.each(['pull', 'plan', 'register', 'query', 'report', 'check', 'doctor', 'replay', 'verify', 'simulate'])(
    'of %s groups its flags, shows examples and tells the exit codes',
    async (command) => {
      const { code, stdout, stderr } = await runCliProcess([command, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('Examples:');
      expect(stdout).toContain(`backup-ledger ${command}`);
      expect(stdout).toContain('Exit codes: 0 ok, 64 wrong usage');
      expect(stdout.match(/^[A-Z][\w ,'-]+:$/gm)?.length).toBeGreaterThan(1);
    },
  );

  it.each([40, 60, 200])('fits a terminal of %i columns', async (columns) => {
    const { out } = await run(['pull', '--help'], { isTTY: true, columns });
    const words = out
      .split('\n')
      .filter((line) => line.length > Math.min(columns, 100) && line.trim().includes('  '));
    expect(words.filter((line) => !/^\s+--/.test(line) && !line.includes('$0'))).toEqual([]);
  });
});

describe('shell completion', () => {
  it('is a script for the shell', async () => {
    const { code, stdout } = await runCliProcess(['completion'], { SHELL: '/bin/bash' });
    expect(code).toBe(0);
    expect(stdout).toContain('###-begin-backup-ledger-completions-###');
  });

  it('knows commands, and the flags of each', async () => {
    const ask = async (...words: readonly string[]) =>
      (await runCliProcess(['--get-yargs-completions', 'backup-ledger', ...words])).stdout.split('\n');
    expect(await ask('')).toEqual(expect.arrayContaining(['pull', 'verify', 'report', 'doctor']));
    expect(await ask('verify', '--')).toEqual(expect.arrayContaining(['--max-age', '--ledger']));
    expect(await ask('verify', '--')).not.toContain('--region');
  });
});

describe('the end of a pull', () => {
  const flags = ['pull', '--region', 'eu-west-1'];
  const terminal = { isTTY: true, columns: 80 };

  it('is a summary on a terminal, and no line of JSON', async () => {
    const { out, err } = await run(flags, terminal, { NO_COLOR: '1' });
    expect(err).toBe('');
    expect(out).toContain('✓  copy  eu-west-1      1     1         1             1          0\n');
    expect(out).toMatch(/ok:.* 1 of 1 slice in \d/);
    expect(out).not.toContain('{');
  });

  it('is the line of JSON there, too, if it is asked for', async () => {
    const { out, err } = await run([...flags, '--json'], terminal);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'ok' });
    expect(err).toBe('');
  });

  it('is both where the line goes elsewhere and a person reads the log', async () => {
    const { out, err } = await run(flags, { stdout: {}, stderr: terminal });
    expect(JSON.parse(out)).toMatchObject({ outcome: 'ok' });
    expect(err).toContain('copy  eu-west-1');
  });

  it.each([
    ['where nobody looks', [], {}],
    ['into a log of JSON lines', ['--log-format', 'json'], terminal],
    ['beside a log of errors only', ['--log-level', 'error'], terminal],
    ['where the line alone is asked for', ['--json'], terminal],
  ])('is the line alone %s', async (_where, more, stderr) => {
    const { out, err } = await run([...flags, ...more], { stdout: {}, stderr });
    expect(JSON.parse(out)).toMatchObject({ outcome: 'ok' });
    expect(err).toBe('');
  });

  it.each([
    ['a terminal', {}, true],
    ['a terminal that has no colours', { TERM: 'dumb' }, false],
    ['a person who wants none', { NO_COLOR: '1' }, false],
  ])('has colours for %s', async (_whom, env, hasColours) => {
    const { out } = await run(flags, terminal, env);
    expect(out.includes('\u001b[')).toBe(hasColours);
  });
});

describe('words of others on a terminal', () => {
  const evil = '\u001b]0;title\u0007\u001b[2J\r\u009b31m\u202egnp.exe';
  const harmless = '\\u001b]0;title\\u0007\\u001b[2J\\u000d\\u009b31m\\u202egnp.exe';
  // oxlint-disable-next-line no-control-regex -- they are what must not be there
  const steering = /[\0-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

  it('are shown, and steer nothing', async () => {
    const failed = Promise.reject(new RequestError('fix-config', `AWS says ${evil}`));
    failed.catch(() => undefined);
    const { err } = await run(['pull'], { isTTY: true, columns: 80 }, {}, failed);
    expect(err).toContain(harmless);
    expect(err).not.toMatch(steering);
  });

  it('in findings are shown, too, each finding in its line, even behind a pipe', async () => {
    const trial = await openTrial({ summaries: 20 });
    await trial.pull();
    const before = (await runCliHere(['verify', '--ledger', trial.ledger])).stdout;
    await writeFile(join(trial.ledger, 'copy_job_summaries', `${evil}\nforged`), '');
    const { stdout } = await runCliHere(['verify', '--ledger', trial.ledger]);
    expect(stdout).toContain(`copy_job_summaries/${harmless}\\u000aforged`);
    expect(stdout).not.toMatch(steering);
    expect(stdout.split('\n').length).toBe(before.split('\n').length + 1);
    await trial.close();
  });

  it('in a log are shown, too', async () => {
    const trial = await openTrial({ summaries: 20 });
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    trial.simulator.setFaults([{ fault: 'raw', items: [{ ...row, State: evil }], replace: true }]);
    const { stderr } = await startPull(trial, {
      flags: ['--log-format', 'pretty'],
      env: { BACKUP_LEDGER_LOG_LEVEL: 'warn' },
    }).finished;
    expect(stderr).toContain('\\u009b31m\\u202egnp.exe');
    expect(stderr).not.toMatch(steering);
    const { stdout } = await runCliHere([
      'query',
      '--ledger',
      trial.ledger,
      '--format',
      'table',
      'SELECT state FROM copy_job_summaries',
    ]);
    expect(stdout).toBe(`state\n${harmless}\n`);
    await trial.close();
  });
});

describe('what people type', () => {
  it('is SQL without quotes, at times', async () => {
    const { code, stderr } = await runCliHere(['query', 'SELECT', '1']);
    expect(stderr).toContain('sql: expected one text, got 2 words: put the SQL in quotes');
    expect(code).toBe(64);
  });
});
