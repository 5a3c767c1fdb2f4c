import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DoctorResult, doctorResultSchema } from '../../schemas/doctor-result.ts';
import type { Fault } from '../../src/simulator/index.ts';
import { type AccountServices, CALLER, startAccountServices } from '../fixtures/account-services.ts';
import { type AthenaServer, startAthena } from '../fixtures/athena-server.ts';
import { type Finished, runCliProcess } from '../fixtures/cli.ts';
import { type GlueServer, startGlue } from '../fixtures/glue-server.ts';
import { ServiceError } from '../fixtures/json-service.ts';
import { awsEnvironment, openTrial, RUN_TIME, type Trial } from '../fixtures/trial.ts';

/** Each fault in turn, and what the doctor calls it. */

let trial: Trial;
let services: AccountServices;
let glue: GlueServer;
let athena: AthenaServer;
beforeEach(async () => {
  trial = await openTrial({ on: 's3', accounts: 5 });
  services = await startAccountServices({
    now: () => RUN_TIME,
    regions: { 'eu-west-1': 'ENABLED_BY_DEFAULT', 'us-east-1': 'ENABLED_BY_DEFAULT' },
  });
  glue = await startGlue();
  glue.databases.add('backup_ledger');
  athena = await startAthena({
    workgroups: { primary: true },
    looks: 1,
    engine: async () => ({ columns: [], rows: [] }),
  });
});
afterEach(async () => {
  await Promise.all([trial.close(), services.close(), glue.close(), athena.close()]);
});

/** Flags given last win. */
function run(
  flags: readonly string[] = [],
  ledger: readonly string[] = ['--ledger', trial.ledger, '--s3-path-style'],
): Promise<Finished> {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  const common = ['--now', now, '--log-level', 'error', '--max-attempts', '2'];
  return runCliProcess(['doctor', ...ledger, ...common, ...flags], {
    ...awsEnvironment(trial.simulator.url, trial.s3?.url),
    AWS_ENDPOINT_URL_STS: services.url,
    AWS_ENDPOINT_URL_ACCOUNT: services.url,
    AWS_ENDPOINT_URL_GLUE: glue.url,
    AWS_ENDPOINT_URL_ATHENA: athena.url,
  });
}

async function examine(...[flags = [], ledger]: Parameters<typeof run>) {
  const { code, stdout, stderr } = await run(['--json', ...flags], ledger);
  expect(stderr).toBe('');
  const result = JSON.parse(stdout) as DoctorResult;
  expect(result.exit_code).toBe(code);
  const troubled = result.checks.filter(({ status }) => status !== 'ok');
  return {
    result,
    code,
    troubled: troubled.map(({ name, status }) => `${status} ${name}`),
    checks: result.checks,
  };
}

const messageOf = (result: DoctorResult, name: string) =>
  result.checks.find((check) => check.name === name)?.message;

describe('where all is well', () => {
  it('says so, one line each', async () => {
    const { code, stdout, stderr } = await run(['--kind', 'copy', '--region', 'all']);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      `ok      node: Node ${process.version}`,
      `ok      credentials: arn:aws:iam::${CALLER}:role/pull in account ${CALLER}`,
      "ok      clock: this clock agrees with AWS's",
      'ok      regions: eu-west-1, us-east-1',
      expect.stringMatching(/^ok {6}copy in eu-west-1: ListCopyJobSummaries answers: \d+ rows$/),
      expect.stringMatching(/^ok {6}copy in us-east-1: /),
      'ok      accounts: ANY shows 5 accounts',
      'ok      newest day: 2026-11-22, yesterday',
      'ok      today: today is not shown',
      'ok      days: every day starts at 00:00 UTC',
      "ok      totals: AWS's own totals match its rows",
      'ok      other regions: each endpoint shows rows of its own region only',
      'ok      ledger: can be listed',
      "ok      conditional writes: are honoured: two writers cannot lose each other's rows",
      'ok      versioning: is on: what is overwritten can be had back',
      'ok      encryption: AES256',
      'ok      catalog: database backup_ledger is there',
      'ok      athena: runs SQL',
      '18 ok, 0 warnings, 0 failed',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('leaves nothing behind', async () => {
    await run();
    expect([...(await trial.objects()).keys()]).toEqual([]);
  });

  it('says it as JSON, too, with what AWS does not document', async () => {
    const { result } = await examine();
    const validate = new Ajv({ formats: { 'date-time': true }, allowUnionTypes: true }).compile(
      doctorResultSchema,
    );
    expect([validate(result), validate.errors]).toEqual([true, null]);
    expect(result.observations).toHaveLength(4);
    expect(result.observations[0]).toMatchObject({
      kind: 'copy',
      region: 'eu-west-1',
      shows_today: false,
      days_start_at_midnight: true,
      window_lengths_ms: [86_400_000],
      reconciled: 'matched',
    });
  });

  it('looks at a local ledger, which needs no catalog', async () => {
    const local = await openTrial();
    await local.pull();
    const before = await local.objects();
    const { checks, code } = await examine(['--kind', 'copy'], ['--ledger', local.ledger]);
    expect(checks.map(({ name }) => name).slice(-2)).toEqual(['ledger', 'conditional writes']);
    expect(code).toBe(0);
    expect(await local.objects()).toEqual(before);
    await local.close();
  });

  it('needs no local ledger to be there yet', async () => {
    const { result, code } = await examine(['--kind', 'copy'], ['--ledger', '/nonexistent/ledger']);
    expect([code, messageOf(result, 'ledger')]).toEqual([0, 'is not there yet: the first pull makes it']);
  });
});

describe('what AWS Backup does', () => {
  const fault = (...faults: readonly Fault[]) => trial.simulator.setFaults(faults);

  it.each<readonly [string, Fault, number, readonly string[], string]>([
    [
      'a denied region',
      { fault: 'access-denied' },
      78,
      ['failed copy in eu-west-1'],
      'backup:ListCopyJobSummaries',
    ],
    [
      'a region that is not enabled',
      { fault: 'unrecognized-client' },
      78,
      ['failed copy in eu-west-1'],
      'region is enabled',
    ],
    ['a service that is down', { fault: 'unavailable' }, 75, ['failed copy in eu-west-1'], 'try again later'],
    [
      'rows that cannot be used',
      { fault: 'raw', items: '{"Count":-1}' },
      78,
      ['failed copy in eu-west-1'],
      'keeps the raw pages',
    ],
    ['totals that do not match', { fault: 'miscount' }, 0, ['warning totals'], 'please report it'],
  ])('%s', async (_what, broken, exit, names, words) => {
    fault(broken);
    const { code, troubled, checks } = await examine(['--kind', 'copy']);
    expect(code).toBe(exit);
    expect(troubled).toEqual(names);
    expect(checks.map(({ fix, message }) => `${message} ${fix}`).join('\n')).toContain(words);
  });

  it('one region that is denied does not hide the others', async () => {
    fault({ fault: 'access-denied', region: 'us-east-1' });
    const { troubled, checks } = await examine(['--kind', 'copy', '--region', 'all']);
    expect(troubled).toEqual(['failed copy in us-east-1']);
    expect(checks.find(({ name }) => name === 'copy in eu-west-1')?.status).toBe('ok');
  });

  it('rows of other regions, a partial today', async () => {
    trial.simulator.world.set({ foreignRegionRows: true, showToday: true });
    const { result, troubled } = await examine(['--kind', 'copy']);
    expect(troubled).toEqual(['warning other regions']);
    expect(messageOf(result, 'today')).toBe('a partial day of today is shown');
  });

  it('days that do not start at midnight', async () => {
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    fault({ fault: 'raw', items: [{ ...row, StartTime: (row?.StartTime ?? 0) + 3600, Count: 1 }] });
    expect((await examine(['--kind', 'copy'])).troubled).toContain('warning days');
  });

  it('a newest day that is old', async () => {
    const rows = trial.simulator
      .truth({ kind: 'copy', region: 'eu-west-1' })
      .filter(({ StartTime }) => StartTime < RUN_TIME / 1000 - 4 * 86_400);
    fault({ fault: 'raw', items: rows, replace: true });
    const { troubled, result } = await examine(['--kind', 'copy']);
    expect(troubled).toContain('warning newest day');
    expect(messageOf(result, 'newest day')).toBe('2026-11-19, and yesterday was 2026-11-22');
  });
});

it('a member account', async () => {
  const [account = ''] = trial.simulator.accounts;
  const rows = trial.simulator
    .truth({ kind: 'copy', region: 'eu-west-1' })
    .filter(({ AccountId }) => AccountId === account);
  trial.simulator.setFaults([{ fault: 'raw', items: rows, replace: true }]);
  const { checks } = await examine(['--kind', 'copy']);
  expect(checks.find(({ name }) => name === 'accounts')).toMatchObject({
    status: 'warning',
    message: 'ANY shows 1 account: this looks like a member account',
    fix: expect.stringContaining('management or a delegated administrator account'),
  });
});

describe('the caller', () => {
  async function serve(options: Parameters<typeof startAccountServices>[0]): Promise<void> {
    await services.close();
    services = await startAccountServices(options);
  }

  it('with expired credentials', async () => {
    await serve({ denied: [CALLER] });
    const { troubled, code } = await examine(['--kind', 'copy']);
    expect([troubled, code]).toEqual([['failed credentials'], 78]);
  });

  it.each([
    ['two minutes', 120_000, 'warning clock', 0, 'this clock is 120 s ahead of'],
    ['ten minutes', -600_000, 'failed clock', 78, 'this clock is 600 s behind'],
  ])('whose clock is %s off', async (_how, skew, trouble, exit, words) => {
    await serve({ now: () => RUN_TIME - skew });
    const { troubled, code, result } = await examine(['--kind', 'copy']);
    expect([troubled, code]).toEqual([[trouble], exit]);
    expect(messageOf(result, 'clock')).toContain(words);
  });

  it('who may not list regions', async () => {
    await serve({ now: () => RUN_TIME, regions: {} });
    expect((await examine(['--region', 'all'])).troubled).toEqual(['failed regions']);
  });
});

describe('the bucket', () => {
  it.each([
    ['is not there', () => ['--ledger', 's3://no-such-bucket/prefix'], 'does not exist'],
    [
      'belongs to somebody else',
      () => ['--ledger', trial.ledger, '--expected-bucket-owner', '000000000000'],
      'must belong to account 000000000000',
    ],
  ])('%s', async (_what, ledger, words) => {
    const { result, troubled, code } = await examine(['--kind', 'copy'], [...ledger(), '--s3-path-style']);
    expect([troubled, code]).toEqual([['failed ledger'], 78]);
    expect(messageOf(result, 'ledger')).toContain(words);
  });

  it('does not honour conditional writes', async () => {
    trial.s3?.setFault(({ operation }) =>
      operation === 'PutObject' ? { status: 200, code: '', headers: { etag: '"x"' }, body: '' } : undefined,
    );
    const { troubled, code } = await examine(['--kind', 'copy']);
    expect([troubled, code]).toEqual([['failed conditional writes'], 78]);
  });

  it('may not be written', async () => {
    trial.s3?.setFault(({ operation }) =>
      operation === 'PutObject' ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    expect((await examine(['--kind', 'copy'])).troubled).toEqual(['failed conditional writes']);
  });

  it('is of a key that may not be used', async () => {
    trial.s3?.setFault(({ operation }) =>
      operation === 'PutObject' ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    const { checks } = await examine(['--kind', 'copy', '--kms-key', 'alias/x']);
    expect(checks.find(({ status }) => status === 'failed')).toMatchObject({
      name: 'conditional writes with the KMS key',
      fix: expect.stringContaining('kms:GenerateDataKey'),
    });
  });

  it('is not versioned', async () => {
    const body = '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>';
    trial.s3?.setFault(({ operation }) =>
      operation === 'GetBucketVersioning' ? { status: 200, code: '', body } : undefined,
    );
    expect((await examine(['--kind', 'copy'])).troubled).toEqual(['warning versioning']);
  });

  it('keeps its settings to itself', async () => {
    trial.s3?.setFault(({ operation }) =>
      operation.startsWith('GetBucket') ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    const { result, code } = await examine(['--kind', 'copy']);
    expect([code, messageOf(result, 'versioning')]).toEqual([0, 'is not for this caller to see']);
  });
});

describe('what analysts ask', () => {
  it('is not registered', async () => {
    glue.databases.clear();
    const { troubled, checks } = await examine(['--kind', 'copy']);
    expect(troubled).toEqual(['warning catalog']);
    expect(checks.find(({ name }) => name === 'catalog')?.fix).toBe('run backup-ledger register');
  });

  it.each(['catalog', 'athena'] as const)('%s refuses the caller', async (name) => {
    const service = { catalog: glue, athena }[name];
    service.intercept(() => {
      throw new ServiceError('AccessDeniedException', 'no', {}, 403);
    });
    const { troubled, code } = await examine(['--kind', 'copy']);
    expect([troubled, code]).toEqual([[`failed ${name}`], 78]);
  });
});

it('a mistake in the flags is told with exit 64', async () => {
  const { code, stderr } = await run(['--kind', 'copies', '--page-size', '0']);
  expect(code).toBe(64);
  expect(stderr).toContain('kind: expected');
  expect(stderr).toContain('page-size: expected');
});
