import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctorResultSchema } from '../../schemas/doctor-result.ts';
import { kindNames } from '../../schemas/kinds.ts';
import { CALLER } from '../fixtures/account-services.ts';
import { openTrial } from '../fixtures/trial.ts';
import { type Clinic, messageOf, openClinic } from './clinic.ts';

/** The doctor where all is well, by the command line. What each fault is called: troubles.test.ts. */

let clinic: Clinic;
beforeEach(async () => {
  clinic = await openClinic();
});
afterEach(() => clinic.close());

describe('where all is well', () => {
  it('says so, one line each', async () => {
    const { code, stdout, stderr } = await clinic.run(['--kind', 'copy', '--region', 'all']);
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
    await clinic.examine();
    expect([...(await clinic.trial.objects()).keys()]).toEqual([]);
  });

  it('says it as JSON, too, with what AWS does not document', async () => {
    const { result } = await clinic.examine();
    const validate = new Ajv({ formats: { 'date-time': true }, allowUnionTypes: true }).compile(
      doctorResultSchema,
    );
    expect([validate(result), validate.errors]).toEqual([true, null]);
    expect(result.observations).toHaveLength(kindNames.length);
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
    const { checks, code } = await clinic.examine(['--kind', 'copy'], ['--ledger', local.ledger]);
    expect(checks.map(({ name }) => name).slice(-2)).toEqual(['ledger', 'conditional writes']);
    expect(code).toBe(0);
    expect(await local.objects()).toEqual(before);
    await local.close();
  });

  it('needs no local ledger to be there yet', async () => {
    const { result, code } = await clinic.examine(['--kind', 'copy'], ['--ledger', '/nonexistent/ledger']);
    expect([code, messageOf(result, 'ledger')]).toEqual([0, 'is not there yet: the first pull makes it']);
  });
});

it('what is not well has a name, a fix and an exit code', async () => {
  clinic.trial.simulator.setFaults([{ fault: 'access-denied', region: 'us-east-1' }]);
  const { code, troubled, checks } = await clinic.examine(['--kind', 'copy', '--region', 'all']);
  expect([code, troubled]).toEqual([78, ['failed copy in us-east-1']]);
  expect(checks.find(({ status }) => status === 'failed')?.fix).toContain('backup:ListCopyJobSummaries');
  expect(checks.find(({ name }) => name === 'copy in eu-west-1')?.status).toBe('ok');
});

it('a mistake in the flags is told with exit 64', async () => {
  const { code, stderr } = await clinic.run(['--kind', 'copies', '--page-size', '0']);
  expect(code).toBe(64);
  expect(stderr).toContain('kind: expected');
  expect(stderr).toContain('page-size: expected');
});
