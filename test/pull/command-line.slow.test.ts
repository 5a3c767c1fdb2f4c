import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factsOf, type Kind, kindNames } from '../../schemas/kinds.ts';
import { type PullResult, pullResultSchema } from '../../schemas/pull-result.ts';
import { runCliProcess } from '../fixtures/cli.ts';
import { awsEnvironment, openTrial, RUN_TIME, type Trial } from '../fixtures/trial.ts';

const NOW = new Date(RUN_TIME).toISOString();

let trial: Trial;
let folder: string;
beforeEach(async () => {
  trial = await openTrial();
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-cli-'));
});
afterEach(async () => {
  await trial.close();
  await rm(folder, { recursive: true });
});

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runCliProcess(args, { ...awsEnvironment(trial.simulator.url), ...env }, folder);
}

describe('pull', () => {
  it('prints one line of JSON that keeps its schema, logs JSON lines to a pipe, and writes to ./ledger', async () => {
    const { code, stdout, stderr } = await run(['pull', '--now', NOW]);

    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const validate = new Ajv({ formats: { date: true, 'date-time': true } }).compile(pullResultSchema);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    const log = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; msg: string });
    expect(log[0]).toMatchObject({ level: 'warn', msg: expect.stringContaining('THE CLOCK IS OVERRIDDEN') });
    expect(log.at(-1)).toMatchObject({ level: 'info', msg: 'ok', slice: 'copy-ONE_DAY-eu-west-1-any' });
    expect(stderr).not.toContain(' regions');
    expect((await readdir(join(folder, 'ledger'))).toSorted()).toEqual([
      '.lock',
      'copy_job_summaries',
      'ledger.json',
      'pulls',
      'raw',
    ]);
  });

  it('shows progress on a pipe when told to', async () => {
    expect((await run(['pull', '--now', NOW, '--progress', 'always'])).stderr).toContain('of 1 slice ·');
  });

  it('lets flags win over the environment, and that over the file', async () => {
    await writeFile(
      join(folder, 'settings.json'),
      JSON.stringify({ region: ['us-east-1'], kind: 'backup', 'page-size': 100 }),
    );
    const env = { BACKUP_LEDGER_KIND: 'restore', BACKUP_LEDGER_CONFIG: 'settings.json' };
    const { stdout } = await run(['pull', '--now', NOW, '--page-size', '50'], env);
    const [slice] = (JSON.parse(stdout) as PullResult).slices;

    expect(slice).toMatchObject({ kind: 'restore', region: 'us-east-1' });
    expect(trial.simulator.requests.recent[0]?.parameters).toMatchObject({ MaxResults: '50' });
  });

  it('asks for every filter the operation has', async () => {
    await trial.pull({ kind: 'all' });
    const asked = trial.simulator.requests.recent.map(({ kind, parameters }) => [
      kind,
      Object.keys(parameters).toSorted(),
    ]);
    const expected = (kind: Kind) => ['AggregationPeriod', 'MaxResults', ...factsOf(kind).filters].toSorted();
    expect(Object.fromEntries(asked)).toEqual(
      Object.fromEntries(kindNames.map((kind) => [kind, expected(kind)])),
    );
  });
});

describe("a user's mistake", () => {
  it('is told with all others at once, in plain sentences, with exit 64', async () => {
    const { code, stdout, stderr } = await run([
      ...[
        'pull',
        '--page-size',
        '501',
        '--kind',
        'copi',
        '--deadline',
        'soon',
        '--region',
        'Europe',
        '--no-such-flag',
      ],
      ...['--ledger', 'http://x'],
    ]);

    expect(code).toBe(64);
    expect(stdout).toBe('');
    for (const flag of ['page-size', 'kind', 'deadline', 'region', 'ledger']) {
      expect(stderr).toMatch(new RegExp(`^${flag}: expected .*, got `, 'm'));
    }
    expect(stderr).toContain('such-flag');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    [[], 'expected a command'],
    [['pull', '--accounts', '@missing.txt'], 'missing.txt'],
    [['simulate', '--faults', '[{"fault":"gremlins"}]'], 'gremlins'],
  ])('%j is answered with exit 64', async (args, hint) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(64);
    expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('in the configuration of AWS is answered with exit 78', async () => {
    const { code, stderr } = await run(['pull'], { AWS_REGION: '' });
    expect(code).toBe(78);
    expect(stderr).toContain('give --region, or set AWS_REGION');
    expect((await run(['plan'], { AWS_REGION: '' })).stderr).not.toContain('Warning');

    const withoutKeys = await run(['pull', '--now', NOW], {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
    });
    expect(withoutKeys.code).toBe(78);
    expect(withoutKeys.stderr).toContain(
      'no AWS credentials were found: give credentials as for any AWS tool',
    );
  });

  it('about a ledger that cannot be written is answered with exit 78', async () => {
    await writeFile(join(folder, 'file'), '');
    const { code, stdout } = await run(['pull', '--ledger', 'file', '--now', NOW]);
    expect(code).toBe(78);
    expect((JSON.parse(stdout) as PullResult).error?.message).toContain('file');
  });
});

it('plan prints the slices, each with the flags that pull just it', async () => {
  const { code, stdout } = await run(['plan', '--kind', 'copy,scan', '--region', 'eu-west-1,us-east-1']);
  const { slices } = JSON.parse(stdout) as { slices: { kind: string; region: string; args: string[] }[] };

  expect(code).toBe(0);
  expect(slices.map(({ kind, region }) => `${kind} ${region}`)).toEqual([
    'copy eu-west-1',
    'copy us-east-1',
    'scan eu-west-1',
    'scan us-east-1',
  ]);
  const pulled = await run(['pull', '--now', NOW, ...(slices[3]?.args ?? [])]);
  expect((JSON.parse(pulled.stdout) as PullResult).slices).toMatchObject([
    { kind: 'scan', region: 'us-east-1', outcome: 'ok' },
  ]);
});

it('--help and --version need no settings at all', async () => {
  const help = await run(['pull', '--help'], { BACKUP_LEDGER_PAGE_SIZE: 'x' });
  expect(help).toMatchObject({ code: 0 });
  expect(help.stdout).toContain('--page-size');
  expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
