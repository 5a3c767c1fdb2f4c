import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SummaryItem } from '../../src/simulator/index.ts';
import { type AccountServices, startAccountServices } from '../fixtures/account-services.ts';
import { openTrial, sliceOf, type Trial, withoutObservation, expectedRows } from '../fixtures/trial.ts';

/** Where there is no organisation-wide view: one slice for each account, read through a role of the account. */

const ROLE = 'arn:aws:iam::{account}:role/backup-ledger';

let trial: Trial;
let services: AccountServices;
let all: readonly SummaryItem[];
let accounts: readonly string[];
beforeEach(async () => {
  trial = await openTrial({ on: 's3', accounts: 4 });
  all = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
  accounts = [...new Set(all.map(({ AccountId }) => AccountId))].toSorted().slice(0, 3);
  await serve();
});
afterEach(async () => {
  await services.close();
  delete process.env['AWS_ENDPOINT_URL_STS'];
  await trial.close();
});

async function serve(options?: Parameters<typeof startAccountServices>[0]): Promise<void> {
  await services?.close();
  services = await startAccountServices(options);
  process.env['AWS_ENDPOINT_URL_STS'] = services.url;
}

const pull = (flags: Readonly<Record<string, unknown>> = {}) =>
  trial.pull({ 'assume-role': ROLE, accounts: accounts.join(','), ...flags });

function rowsOf(...of: readonly string[]) {
  return expectedRows(all.filter(({ AccountId }) => of.includes(AccountId)));
}

const dataPuts = () =>
  (trial.s3?.requests ?? []).filter(
    ({ operation, key }) => operation === 'PutObject' && key.includes('copy_job_summaries'),
  );

describe('a pull of accounts', () => {
  it('has one slice for each, with its own record, raw pages and rows', async () => {
    const result = await pull();
    expect(result).toMatchObject({ outcome: 'ok', exit_code: 0 });
    expect(result.slices.map(({ scope, accounts: seen }) => [scope, seen])).toEqual(
      accounts.map((account) => [account, 1]),
    );
    expect(withoutObservation(await trial.rows())).toEqual(rowsOf(...accounts));
    expect((await trial.records()).map(({ scope }) => scope).toSorted()).toEqual(accounts);
    const raws = [...(await trial.objects()).keys()].filter((key) => key.startsWith('raw/'));
    expect(new Set(raws.map((key) => key.split('/')[4]))).toEqual(new Set(accounts));
    expect((await trial.verify()).findings).toEqual([]);
  });

  it("asks as each account's role, and for this account only", async () => {
    await pull({ reconcile: 'off' });
    const asked = trial.simulator.requests.recent.map(
      ({ accessKey, parameters }) => `${accessKey} ${parameters['AccountId']}`,
    );
    expect([...new Set(asked)].toSorted()).toEqual(accounts.map((account) => `ASIA${account} ${account}`));
  });

  it('assumes each role once, whatever the number of regions and kinds', async () => {
    await pull({ region: 'eu-west-1,us-east-1', kind: 'copy,backup' });
    expect(services.requests.toSorted()).toEqual(
      accounts.map((account) => `AssumeRole ${ROLE.replace('{account}', account)}`),
    );
  });

  it('writes each partition once', async () => {
    const result = await pull();
    const keys = dataPuts().map(({ key }) => key);
    expect(keys.length).toBe(1);
    expect(result.slices.map(({ partitions }) => partitions.written)).toEqual([1, 1, 1]);
  });

  it('writes no data the second time', async () => {
    await pull();
    trial.simulator.clock.advance(60_000);
    const before = dataPuts().length;
    const again = await pull();
    expect(dataPuts().length).toBe(before);
    expect(again.slices.map(({ partitions }) => partitions)).toEqual(
      accounts.map(() => ({ written: 0, unchanged: 1 })),
    );
  });

  it('tells each slice what it changed itself', async () => {
    await pull({ accounts: accounts.slice(0, 2).join(',') });
    trial.simulator.clock.advance(60_000);
    const { slices } = await pull();
    expect(slices.map(({ partitions: { written, unchanged } }) => [written, unchanged])).toEqual([
      [0, 1],
      [0, 1],
      [1, 0],
    ]);
    expect((await trial.verify()).findings).toEqual([]);
  });

  it('leaves rows of accounts it was not asked for alone', async () => {
    await trial.pull();
    trial.simulator.clock.advance(60_000);
    await pull();
    expect(withoutObservation(await trial.rows())).toEqual(expectedRows(all));
  });

  it('plans the same without writing', async () => {
    const { plan = [], slices } = await pull({ 'dry-run': true });
    expect(plan.map(({ days }) => days.length)).toEqual([14]);
    expect(plan.reduce((sum, { added }) => sum + added, 0)).toBe(
      slices.reduce((sum, { kept }) => sum + kept, 0),
    );
    expect((await trial.objects()).size).toBe(0);
  });

  it('is the same from a file of replayed raw pages', async () => {
    await pull();
    const before = await trial.rows();
    expect(await trial.replay()).toMatchObject({ exit_code: 0 });
    expect(await trial.rows()).toEqual(before);
  });
});

it.each([
  ['accounts without a role', { 'assume-role': undefined }, /^assume-role: expected the role/],
  ['a role without accounts', { accounts: undefined }, /^accounts: expected/],
])('%s are wrong usage', async (_what, flags, problem) => {
  await expect(pull(flags)).rejects.toMatchObject({ message: expect.stringMatching(problem) });
});

describe('jobs that AWS shows under no account', () => {
  it('and under --account too are warned of, for they may count twice', async () => {
    const plain = await openTrial();
    const [account = ''] = plain.simulator.accounts;
    const truth = plain.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    const unnamed = truth
      .filter(({ AccountId }) => AccountId === account)
      .map((row) => ({ ...row, AccountId: undefined }));
    plain.simulator.setFaults([{ fault: 'raw', items: unnamed, replace: true }]);
    const doubtful = expect.stringContaining(
      'rows without an AccountId lie beside rows of named accounts',
    ) as string;
    expect((await plain.pull()).slices[0]?.warnings).not.toContainEqual(doubtful);
    const planned = await plain.pull({ account, 'dry-run': true });
    expect(planned.slices[0]?.warnings).toContainEqual(doubtful);
    plain.simulator.setFaults([]);
    const { slices, exit_code } = await plain.pull();
    expect({ exit_code, warnings: slices[0]?.warnings }).toEqual({
      exit_code: 0,
      warnings: expect.arrayContaining([doubtful]) as unknown,
    });
    const { findings } = await plain.verify();
    expect(findings.map(({ code }) => code)).toContain('accounts-unnamed');
    await plain.close();
  });
});

describe('an account that cannot be read', () => {
  it('whose role is denied fails alone, and names the role', async () => {
    const [first = '', denied = '', last = ''] = accounts;
    await serve({ denied: [denied] });
    const result = await pull();
    expect(result).toMatchObject({ outcome: 'partial', exit_code: 78 });
    expect(result.slices.map(({ outcome }) => outcome)).toEqual(['ok', 'failed', 'ok']);
    expect(result.slices[1]?.error?.message).toContain(
      `arn:aws:iam::${denied}:role/backup-ledger could not be assumed`,
    );
    expect(result.slices[1]?.error?.message).toContain('AccessDenied (403)');
    expect(withoutObservation(await trial.rows())).toEqual(rowsOf(first, last));
    expect((await trial.records()).map(({ scope, outcome }) => `${scope} ${outcome}`).toSorted()).toEqual(
      [`${first} ok`, `${denied} failed`, `${last} ok`].toSorted(),
    );
  });

  it('does not stop the others when its pages are bad', async () => {
    const [bad = ''] = accounts;
    const rows = all.filter(({ AccountId }) => AccountId === bad);
    trial.simulator.setFaults([
      { fault: 'raw', items: rows.map((row) => ({ ...row, Count: -1 })), replace: true, times: 1 },
    ]);
    const result = await pull({ reconcile: 'off', concurrency: 1 });
    expect(result).toMatchObject({ outcome: 'partial', exit_code: 65 });
    expect(withoutObservation(await trial.rows())).toEqual(rowsOf(...accounts.slice(1)));
  });

  it('is tried again when STS throttles', async () => {
    services.throttle(2);
    const result = await pull();
    expect(result).toMatchObject({ outcome: 'ok' });
    expect(result.slices.reduce((sum, { retries }) => sum + retries, 0)).toBe(2);
  });
});

it('a row that names no account is of the account that was asked', async () => {
  const [account = ''] = accounts;
  const { AccountId: _absent, ...row } = all.find(({ AccountId }) => AccountId === account) ?? all[0] ?? {};
  trial.simulator.setFaults([{ fault: 'raw', items: [row], replace: true }]);
  await pull({ accounts: account, reconcile: 'off' });
  expect((await trial.rows()).map(({ account_id }) => account_id)).toEqual([account]);
});

describe('--region all', () => {
  afterEach(() => {
    delete process.env['AWS_ENDPOINT_URL_ACCOUNT'];
  });

  it('is every region the account has enabled', async () => {
    await serve({
      regions: {
        'eu-west-1': 'ENABLED_BY_DEFAULT',
        'us-east-1': 'ENABLED_BY_DEFAULT',
        'af-south-1': 'ENABLED',
        'me-south-1': 'DISABLED',
        'eu-south-1': 'DISABLING',
      },
    });
    process.env['AWS_ENDPOINT_URL_ACCOUNT'] = services.url;
    const { slices } = await trial.pull({ region: 'all' });
    expect(slices.map(({ region }) => region)).toEqual(['af-south-1', 'eu-west-1', 'us-east-1']);
    expect(services.requests).toEqual(['ListRegions', 'ListRegions']);
  });

  it('is asked for again when AWS throttles', async () => {
    await serve({ regions: { 'eu-west-1': 'ENABLED_BY_DEFAULT' } });
    process.env['AWS_ENDPOINT_URL_ACCOUNT'] = services.url;
    services.throttle(1);
    const { slices } = await trial.pull({ region: 'all' });
    expect(sliceOf({ slices } as never).outcome).toBe('ok');
  });

  it('that comes to none is an error for the operator', async () => {
    await serve({ regions: {} });
    process.env['AWS_ENDPOINT_URL_ACCOUNT'] = services.url;
    await expect(trial.pull({ region: 'all' })).rejects.toMatchObject({ recovery: 'fix-config' });
  });
});
