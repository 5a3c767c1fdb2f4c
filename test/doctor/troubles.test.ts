import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulator/index.ts';
import { CALLER } from '../fixtures/account-services.ts';
import { ServiceError } from '../fixtures/json-service.ts';
import { RUN_TIME } from '../fixtures/trial.ts';
import { type Clinic, messageOf, openClinic } from './clinic.ts';

/** Each fault in turn, and what the doctor calls it. */

let clinic: Clinic;
beforeEach(async () => {
  clinic = await openClinic();
});
afterEach(() => clinic.close());

describe('what AWS Backup does', () => {
  const fault = (...faults: readonly Fault[]) => clinic.trial.simulator.setFaults(faults);

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
    const { code, troubled, checks } = await clinic.examine(['--kind', 'copy']);
    expect(code).toBe(exit);
    expect(troubled).toEqual(names);
    expect(checks.map(({ fix, message }) => `${message} ${fix}`).join('\n')).toContain(words);
  });

  it('rows of other regions, a partial today', async () => {
    clinic.trial.simulator.world.set({ foreignRegionRows: true, showToday: true });
    const { result, troubled } = await clinic.examine(['--kind', 'copy']);
    expect(troubled).toEqual(['warning other regions']);
    expect(messageOf(result, 'today')).toBe('a partial day of today is shown');
  });

  it('days that do not start at midnight', async () => {
    const [row] = clinic.trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    fault({ fault: 'raw', items: [{ ...row, StartTime: (row?.StartTime ?? 0) + 3600, Count: 1 }] });
    expect((await clinic.examine(['--kind', 'copy'])).troubled).toContain('warning days');
  });

  it('a newest day that is old', async () => {
    const rows = clinic.trial.simulator
      .truth({ kind: 'copy', region: 'eu-west-1' })
      .filter(({ StartTime }) => StartTime < RUN_TIME / 1000 - 4 * 86_400);
    fault({ fault: 'raw', items: rows, replace: true });
    const { troubled, result } = await clinic.examine(['--kind', 'copy']);
    expect(troubled).toContain('warning newest day');
    expect(messageOf(result, 'newest day')).toBe('2026-11-19, and yesterday was 2026-11-22');
  });
});

describe('one account only', () => {
  const refuse = (name: string, status = 400) =>
    clinic.organizations.intercept(() => {
      throw new ServiceError(name, 'no', {}, status);
    });

  const cases: readonly (readonly [message: string, status: string, arrange: () => unknown])[] = [
    [
      'ANY shows 1 account: this looks like a member account',
      'warning',
      () => refuse('AccessDeniedException', 403),
    ],
    [
      'ANY shows 1 account, which is in no organisation',
      'ok',
      () => refuse('AWSOrganizationsNotInUseException'),
    ],
    [
      'ANY shows 1 account: cross-account monitoring is off, as far as can be seen',
      'warning',
      () => clinic.trusted.push('config.amazonaws.com'),
    ],
    [
      'ANY shows 1 account: the organisation trusts AWS Backup, but the jobs of all accounts may not be listed',
      'warning',
      () => clinic.trusted.push('backup.amazonaws.com'),
    ],
    [
      'ANY shows 1 account: this looks like a member account',
      'warning',
      () => clinic.trial.simulator.setFaults([{ fault: 'access-denied', of: 'jobs' }]),
    ],
    [
      'ANY shows 1 account, though the jobs of all accounts may be listed: the others have had no jobs, or there are none',
      'warning',
      () => {
        const others = clinic.trial.simulator.accounts.slice(1);
        const absences = others.map((account) => ({ account, why: 'hidden' as const }));
        clinic.trial.simulator.world.set({ monitoring: true, absences });
      },
    ],
  ];

  it.each(cases)('is told as what it is: %s', async (message, status, arrange) => {
    clinic.trial.simulator.world.set({ monitoring: false });
    arrange();
    const { checks, code } = await clinic.examine(['--kind', 'copy']);
    expect(code).toBe(0);
    expect(checks.find(({ name }) => name === 'accounts')).toMatchObject({ status, message });
  });

  it('whose lists may not be read is told what would tell', async () => {
    clinic.trial.simulator.world.set({ monitoring: false });
    clinic.trial.simulator.setFaults([{ fault: 'access-denied', of: 'jobs' }]);
    const { checks } = await clinic.examine(['--kind', 'copy']);
    const fix = checks.find(({ name }) => name === 'accounts')?.fix;
    expect(fix).toContain('management or a delegated administrator account');
    expect(fix).toContain(
      'Allow backup:ListBackupJobs and organizations:ListAWSServiceAccessForOrganization',
    );
  });
});

describe('the caller', () => {
  it('with expired credentials', async () => {
    await clinic.serve({ denied: [CALLER] });
    const { troubled, code } = await clinic.examine(['--kind', 'copy']);
    expect([troubled, code]).toEqual([['failed credentials'], 78]);
  });

  it.each([
    ['two minutes', 120_000, 'warning clock', 0, 'this clock is 120 s ahead of'],
    ['ten minutes', -600_000, 'failed clock', 78, 'this clock is 600 s behind'],
  ])('whose clock is %s off', async (_how, skew, trouble, exit, words) => {
    await clinic.serve({ now: () => RUN_TIME - skew });
    const { troubled, code, result } = await clinic.examine(['--kind', 'copy']);
    expect([troubled, code]).toEqual([[trouble], exit]);
    expect(messageOf(result, 'clock')).toContain(words);
  });

  it('who may not list regions', async () => {
    await clinic.serve({ now: () => RUN_TIME, regions: {} });
    expect((await clinic.examine(['--region', 'all'])).troubled).toEqual(['failed regions']);
  });
});

describe('the bucket', () => {
  it.each([
    ['is not there', () => ['--ledger', 's3://no-such-bucket/prefix'], 'does not exist'],
    [
      'belongs to somebody else',
      () => ['--ledger', clinic.trial.ledger, '--expected-bucket-owner', '000000000000'],
      'must belong to account 000000000000',
    ],
  ])('%s', async (_what, ledger, words) => {
    const { result, troubled, code } = await clinic.examine(
      ['--kind', 'copy'],
      [...ledger(), '--s3-path-style'],
    );
    expect([troubled, code]).toEqual([['failed ledger'], 78]);
    expect(messageOf(result, 'ledger')).toContain(words);
  });

  it('does not honour conditional writes', async () => {
    clinic.trial.s3?.setFault(({ operation }) =>
      operation === 'PutObject' ? { status: 200, code: '', headers: { etag: '"x"' }, body: '' } : undefined,
    );
    const { troubled, code } = await clinic.examine(['--kind', 'copy']);
    expect([troubled, code]).toEqual([['failed conditional writes'], 78]);
  });

  it('may not be written', async () => {
    clinic.trial.s3?.setFault(({ operation }) =>
      operation === 'PutObject' ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    expect((await clinic.examine(['--kind', 'copy'])).troubled).toEqual(['failed conditional writes']);
  });

  it('is of a key that may not be used', async () => {
    clinic.trial.s3?.setFault(({ operation }) =>
      operation === 'PutObject' ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    const { checks } = await clinic.examine(['--kind', 'copy', '--kms-key', 'alias/x']);
    expect(checks.find(({ status }) => status === 'failed')).toMatchObject({
      name: 'conditional writes with the KMS key',
      fix: expect.stringContaining('kms:GenerateDataKey'),
    });
  });

  it('is not versioned', async () => {
    const body = '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>';
    clinic.trial.s3?.setFault(({ operation }) =>
      operation === 'GetBucketVersioning' ? { status: 200, code: '', body } : undefined,
    );
    expect((await clinic.examine(['--kind', 'copy'])).troubled).toEqual(['warning versioning']);
  });

  it('keeps its settings to itself', async () => {
    clinic.trial.s3?.setFault(({ operation }) =>
      operation.startsWith('GetBucket') ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    const { result, code } = await clinic.examine(['--kind', 'copy']);
    expect([code, messageOf(result, 'versioning')]).toEqual([0, 'is not for this caller to see']);
  });
});

describe('what analysts ask', () => {
  it('is not registered', async () => {
    clinic.glue.databases.clear();
    const { troubled, checks } = await clinic.examine(['--kind', 'copy']);
    expect(troubled).toEqual(['warning catalog']);
    expect(checks.find(({ name }) => name === 'catalog')?.fix).toBe('run backup-ledger register');
  });

  it.each(['catalog', 'athena'] as const)('%s refuses the caller', async (name) => {
    const service = { catalog: clinic.glue, athena: clinic.athena }[name];
    service.intercept(() => {
      throw new ServiceError('AccessDeniedException', 'no', {}, 403);
    });
    const { troubled, code } = await clinic.examine(['--kind', 'copy']);
    expect([troubled, code]).toEqual([[`failed ${name}`], 78]);
  });
});
