import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseAccountNames } from '../../src/report/account-names.ts';
import { runCliHere } from '../fixtures/cli.ts';
import { type JsonService, serveJson, ServiceError } from '../fixtures/json-service.ts';
import { dataIn } from '../fixtures/report.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** Names of accounts: of a file, and of AWS Organizations over HTTP. */

describe('a file of names', () => {
  it.each([
    ['id,name\n111122223333,Payments\n', 'Payments'],
    ['111122223333,Payments', 'Payments'],
    ['\uFEFFAccount,Name\r\n"111122223333","Payments, ""live"""\r\n', 'Payments, "live"'],
    ['\uFEFF111122223333,Payments\n', 'Payments'],
    ['111122223333;Payments', 'Payments'],
    ['111122223333\tPayments\n# a remark\n\n', 'Payments'],
    ['111122223333,Payments,team@example.com', 'Payments'],
  ])('may be written %j', (text, name) => {
    expect(parseAccountNames(text, 'names.csv').get('111122223333')).toBe(name);
  });

  it('gives an account back the zeros a spreadsheet took', () => {
    expect(parseAccountNames('12345678,Oldest', 'names.csv').get('000012345678')).toBe('Oldest');
  });

  it('tells every line that is none', () => {
    expect(() =>
      parseAccountNames('id,name\n111122223333\n444455556666,B\nC,444455556666', 'names.csv'),
    ).toThrow(
      'account-names: line 2 of names.csv: expected 12 digits, a comma and a name, got "111122223333"\n' +
        'account-names: line 4 of names.csv: expected 12 digits, a comma and a name, got "C,444455556666"',
    );
    expect(() => parseAccountNames('id,name\n', 'names.csv')).toThrow('in names.csv, got none');
  });
});

describe('a report with names', () => {
  let trial: Trial;
  let folder: string;
  let organizations: JsonService | undefined;
  beforeAll(async () => {
    trial = await openTrial({ accounts: 3 });
    await trial.pull();
    folder = await mkdtemp(join(tmpdir(), 'backup-ledger-names-'));
  });
  afterEach(() => organizations?.close());
  afterAll(async () => {
    await trial.close();
    await rm(folder, { recursive: true });
  });

  const out = () => join(folder, 'report.html');
  function report(names: string, env: Readonly<Record<string, string>> = {}) {
    const now = new Date(trial.simulator.clock.now()).toISOString();
    const args = ['report', '--ledger', trial.ledger, '--out', out(), '--now', now, '--log-level', 'error'];
    return runCliHere([...args, '--max-attempts', '1', '--account-names', names], env);
  }

  function namesIn(): Readonly<Record<string, string>> {
    const { accounts, account_names: names } = dataIn(out());
    return Object.fromEntries(accounts.map((account, at) => [account, names[at] ?? '']));
  }

  const environment = () => ({
    AWS_ENDPOINT_URL_ORGANIZATIONS: organizations?.url ?? '',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
  });

  it('takes them from a file; an account that is not there has none', async () => {
    const [one = '', two = '', three = ''] = trial.simulator.accounts.toSorted();
    await writeFile(join(folder, 'names.csv'), `${one},Payments\n${three},Data lake\n999999999999,Gone\n`);
    expect((await report(join(folder, 'names.csv'))).code).toBe(0);
    expect(namesIn()).toEqual({ [one]: 'Payments', [two]: '', [three]: 'Data lake' });
  });

  it('asks AWS Organizations, page by page', async () => {
    const accounts = trial.simulator.accounts.map((Id, at) => ({ Id, Name: `Team ${at}`, Status: 'ACTIVE' }));
    organizations = await serveJson({
      ListAccounts: ({ NextToken }: { readonly NextToken?: string }) =>
        NextToken ? { Accounts: accounts.slice(1) } : { Accounts: accounts.slice(0, 1), NextToken: 'next' },
    });
    expect((await report('organizations', environment())).code).toBe(0);
    expect(namesIn()).toEqual(Object.fromEntries(accounts.map(({ Id, Name }) => [Id, Name])));
  });

  it('says what the caller lacks', async () => {
    organizations = await serveJson({
      ListAccounts: () => {
        throw new ServiceError('AccessDeniedException', 'You do not have permissions', {}, 403);
      },
    });
    const { code, stderr } = await report('organizations', environment());
    expect(code).toBe(78);
    expect(stderr).toContain('organizations:ListAccounts');
  });

  it('refuses a file that is not there', async () => {
    const { code, stderr } = await report(join(folder, 'nothing.csv'));
    expect(code).toBe(64);
    expect(stderr).toContain('account-names: expected a readable file, or the word organizations');
  });
});
