import { describe, expect, it, vi } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import type { Command } from '../../src/cli/command.ts';
import { runCli } from '../../src/cli/main.ts';
import { planCommand } from '../../src/cli/plan.ts';
import { pullCommand } from '../../src/cli/pull.ts';
import { simulateCommand } from '../../src/cli/simulate.ts';
import { pullFlags, simulateFlags } from '../../src/config/flags.ts';
import type { PullConfig } from '../../src/config/commands.ts';
import type { Sources } from '../../src/config/resolve.ts';
import { LedgerError, StoreError, UsageError } from '../../src/errors.ts';
import { pullOnce } from '../fixtures/builders.ts';
import { layOut } from '../fixtures/cli.ts';

interface Given {
  readonly env?: Sources['env'];
  /** Files by path; any other cannot be read. */
  readonly files?: Readonly<Record<string, string>>;
  readonly commands?: readonly Command[];
}

/** Runs the command line in memory. The work of its commands is only noted down. */
async function run(args: string, { env = {}, files = {}, commands }: Given = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const pulls: PullConfig[] = [];
  const pull = pullCommand(async (config) => {
    pulls.push(config);
    return pullOnce([]);
  }, layOut);
  const plan = planCommand(async () => ['eu-west-1']);
  const simulate = simulateCommand(async (_config, ready) => {
    ready('http://127.0.0.1:4010');
    return 0;
  });
  const readFile = (path: string) => {
    const content = files[path];
    if (content === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return content;
  };
  const code = await runCli(
    args.split(' ').filter((word) => word !== ''),
    { commands: commands ?? [pull, plan, simulate], version: '1.2.3', readFile },
    {
      stdout: { write: (text: string) => out.push(text) },
      stderr: { write: (text: string) => err.push(text) },
      env,
    },
  );
  return { code, out: out.join(''), err: err.join(''), pulls };
}

const STACK = /\n\s+at /;

describe('help', () => {
  it('of the tool exits 0, names the commands and the exit codes, and says nothing else', async () => {
    const { code, out, err } = await run('--help');
    expect(code).toBe(0);
    expect(err).toBe('');
    for (const word of [
      'pull',
      'plan',
      'simulate',
      '64',
      '65',
      '70',
      '75',
      '78',
      '130',
      '143',
      'BACKUP_LEDGER_PAGE_SIZE',
    ]) {
      expect(out).toContain(word);
    }
  });

  it.each([
    ['pull', pullFlags],
    ['plan', pullFlags],
    ['simulate', simulateFlags],
  ])('of %s shows every flag with its default', async (command, flags) => {
    const { code, out, err, pulls } = await run(`${command} --help`);
    expect([code, err, pulls]).toEqual([0, '', []]);
    const text = out.replaceAll(/\s+/g, ' ');
    const defaults = Object.values(flags).flatMap((flag) => ('default' in flag ? (flag.default ?? []) : []));
    for (const name of Object.keys(flags)) expect(text).toContain(`--${name} `);
    for (const value of defaults) expect(text).toContain(`[default: ${value}]`);
  });

  it('is in one language, whatever the machine speaks', async () => {
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    expect((await run('--help')).out).toContain('Commands:');
    vi.unstubAllEnvs();
  });

  it('is shown although another flag is wrong', async () => {
    expect((await run('pull --help --page-size 0')).code).toBe(0);
  });

  it.each(['--version', '-v', 'pull -v'])('is the version where that is asked for: %s', async (args) => {
    expect(await run(args)).toMatchObject({ code: 0, out: '1.2.3\n', err: '' });
  });

  it.each(['-h', 'pull -h'])('has a short name: %s', async (args) => {
    const long = args.replace('-h', '--help');
    expect(await run(args)).toEqual(await run(long));
  });

  it('names the words a flag takes, once', async () => {
    const text = (await run('pull -h')).out.replaceAll(/\s+/g, ' ');
    for (const words of [
      'kinds of jobs, or all: copy, backup, restore, scan',
      'off, warn, or require (publish nothing, exit 65) [default: warn]',
      'ONE_DAY, SEVEN_DAYS, FOURTEEN_DAYS',
      'pretty or json [default: pretty on a terminal] [string]',
    ])
      expect(text).toContain(words);
  });
});

describe('wrong usage', () => {
  it.each([
    ['', 'expected a command'],
    ['pul', 'pul'],
    ['pull now', 'expected flags only, got now'],
    ['now', 'Unknown command: now'],
    ['pull --max-rate 0', 'max-rate: expected a whole number from 1 to 1000, got "0"'],
    ['pull --page-size 0', 'page-size: expected a whole number from 1 to 500, got "0"'],
    ['pull --page-size', 'page-size: expected a whole number from 1 to 500, got ""'],
    ['pull --page-size 1 --page-size 2', 'page-size: expected one value, got ["1","2"]'],
    ['pull --no-page-size', 'no-page-size: unknown flag'],
    ['pull -x', 'x: unknown flag'],
    ['pull --pageSize 100', 'pageSize: unknown flag'],
    ['pull --page.size 100', 'page.size: unknown flag'],
    ['plan --kind copies', `kind: expected one of ${kindNames.join(', ')}, or all, got "copies"`],
    ['plan --state FAILED', 'state: expected the default, because copy_job_summaries holds daily rows'],
    ['simulate --window 12', 'window: expected one of 13, 14, 15, rolling, got "12"'],
  ])('is told in plain sentences: %j', async (args, sentence) => {
    const { code, out, err, pulls } = await run(args);
    expect(code).toBe(64);
    expect(out).toBe('');
    expect(err).toContain(sentence);
    expect(err).toContain('--help');
    expect(err).not.toMatch(STACK);
    expect(pulls).toEqual([]);
  });

  it('is told with all problems at once, a line each', async () => {
    const { code, err } = await run('pull --page-size 0 --deadline soon --nonsense 1 --kind copies');
    expect(code).toBe(64);
    expect(err.trimEnd().split('\n')).toEqual([
      'nonsense: unknown flag',
      expect.stringMatching(/^kind: /),
      expect.stringMatching(/^page-size: /),
      expect.stringMatching(/^deadline: /),
      'See backup-ledger --help, or backup-ledger <command> --help',
    ]);
  });

  it.each(['maybe', 'yeah', '2'])('is a switch that is given as %s, not one that is off', async (word) => {
    const { code, pulls } = await run(`pull --dry-run=${word}`);
    expect(pulls).toEqual([]);
    expect(code).toBe(64);
  });

  it.each(['--kind', '--kind --region eu-west-1', '--region'])(
    'is a list without an item: pull %s',
    async (args) => {
      const { code, pulls } = await run(`pull ${args}`);
      expect(pulls).toEqual([]);
      expect(code).toBe(64);
    },
  );
});

describe('a switch', () => {
  it.each([
    ['--dry-run', true],
    ['--dry-run=true', true],
    ['--dry-run=1', true],
    ['--dry-run=false', false],
    ['--dry-run=0', false],
    ['--dry-run=yes', true],
    ['--dry-run on', true],
    ['--dry-run no', false],
    ['--dry-run=OFF', false],
    ['', false],
  ])('given as "%s" is %s', async (args, expected) => {
    const { pulls } = await run(`pull ${args}`);
    expect(pulls.map((config) => config['dry-run'])).toEqual([expected]);
  });
});

describe('the environment', () => {
  it('sets flags', async () => {
    const { pulls } = await run('pull', { env: { BACKUP_LEDGER_PAGE_SIZE: '7' } });
    expect(pulls[0]?.['page-size']).toBe(7);
  });

  it('is told with the name of the variable when it is wrong', async () => {
    const { code, err } = await run('pull', { env: { BACKUP_LEDGER_PAGE_SIZE: 'x' } });
    expect(code).toBe(64);
    expect(err).toContain('page-size (BACKUP_LEDGER_PAGE_SIZE): expected a whole number');
  });

  it('draws a warning for a variable that looks like ours and is not, and no more', async () => {
    const { code, err, pulls } = await run('pull', { env: { BACKUP_LEDGER_PAGESIZE: '7', OTHER: '1' } });
    expect(code).toBe(0);
    expect(err).toBe(
      'warning: BACKUP_LEDGER_PAGESIZE is not a setting of backup-ledger; did you mean BACKUP_LEDGER_PAGE_SIZE?\n',
    );
    expect(pulls).toHaveLength(1);
  });
});

describe('the configuration file', () => {
  const files = { 'my.json': '{"page-size": 7, "region": ["eu-west-1", "us-east-1"], "dry-run": true}' };

  it('sets flags, numbers and lists as JSON has them', async () => {
    const { pulls } = await run('pull --config my.json', { files });
    expect(pulls).toEqual([
      expect.objectContaining({ 'page-size': 7, regions: ['eu-west-1', 'us-east-1'], 'dry-run': true }),
    ]);
  });

  it('may begin with a byte order mark', async () => {
    const marked = { 'my.json': `\uFEFF${files['my.json']}` };
    expect((await run('pull --config my.json', { files: marked })).pulls[0]?.['page-size']).toBe(7);
  });

  it('may be named by the environment', async () => {
    const { pulls } = await run('pull', { files, env: { BACKUP_LEDGER_CONFIG: 'my.json' } });
    expect(pulls[0]?.['page-size']).toBe(7);
  });

  it('named by a flag wins over one named by the environment', async () => {
    const { code } = await run('pull --config my.json', {
      files,
      env: { BACKUP_LEDGER_CONFIG: 'missing.json' },
    });
    expect(code).toBe(0);
  });

  it.each([
    [
      'cannot be read',
      {},
      "config: expected a readable JSON file, got my.json: ENOENT: no such file, open 'my.json'",
    ],
    ['is not JSON', { 'my.json': '{page-size: 7}' }, 'config: expected a readable JSON file, got my.json: '],
    ['is empty', { 'my.json': '' }, 'config: expected a readable JSON file, got my.json: '],
    ['is a list', { 'my.json': '[]' }, 'config (my.json): expected a JSON object of flags'],
    ['is text', { 'my.json': '"x"' }, 'config (my.json): expected a JSON object of flags'],
    ['is null', { 'my.json': 'null' }, 'config (my.json): expected a JSON object of flags'],
    [
      'has an unknown key',
      { 'my.json': '{"pagesize": 1}' },
      'pagesize (my.json): unknown setting; did you mean page-size?',
    ],
    ['has a key nobody can guess', { 'my.json': '{"colour": 1}' }, 'colour (my.json): unknown setting\n'],
    [
      'has a wrong value',
      { 'my.json': '{"page-size": 0}' },
      'page-size (my.json): expected a whole number from 1 to 500, got 0',
    ],
  ])('that %s is wrong usage', async (_what, given, sentence) => {
    const { code, err, pulls } = await run('pull --config my.json', { files: given });
    expect(code).toBe(64);
    expect(err).toContain(sentence);
    expect(err).not.toMatch(STACK);
    expect(pulls).toEqual([]);
  });
});

describe('an error of a command', () => {
  function failing(error: Error): Command {
    const fail = async () => {
      throw error;
    };
    return { name: 'fail', describe: 'd', flags: {}, examples: [], run: fail };
  }

  it.each([
    [new UsageError(['a: expected b', 'c: expected d']), 64, 'a: expected b\nc: expected d\n'],
    [new LedgerError('fix-data', 'a damaged ledger'), 65, 'backup-ledger: a damaged ledger\n'],
    [new StoreError('retry-later', 'try again'), 75, 'backup-ledger: try again\n'],
    [new StoreError('fix-config', 'no permission'), 78, 'backup-ledger: no permission\n'],
  ])('is told by who acts: %s', async (error, code, text) => {
    const told = await run('fail', { commands: [failing(error)] });
    expect(told.code).toBe(code);
    expect(told.err.startsWith(text)).toBe(true);
    expect(told.err).not.toMatch(STACK);
  });

  it('is a bug when it is none of ours, and only then has a stack trace', async () => {
    const { code, err } = await run('fail', { commands: [failing(new TypeError('x is not a function'))] });
    expect(code).toBe(70);
    expect(err).toMatch(/^backup-ledger: TypeError: x is not a function\n/);
    expect(err).toMatch(STACK);
  });
});
