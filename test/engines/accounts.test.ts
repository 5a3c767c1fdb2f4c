import { afterEach, beforeEach, expect, it } from 'vitest';
import { monthOf, utcDay } from '../../src/domain/day.ts';
import { resultOf, startPull } from '../fixtures/pull-process.ts';
import { expectedRows, withoutObservation } from '../fixtures/trial.ts';
import { type MotoTrial, openMotoTrial } from './moto-trial.ts';
import { type Proxy, startProxy } from './proxy.ts';

/** One slice for each account, through roles that moto's STS gives out; moto denies none, so one is denied before it. */

const ROLE = 'arn:aws:iam::{account}:role/backup-ledger';

let trial: MotoTrial;
let sts: Proxy;
let accounts: readonly string[];
let assumed: string[];
beforeEach(async () => {
  trial = await openMotoTrial({ accounts: 4 });
  accounts = trial.simulator.accounts.slice(0, 3);
  assumed = [];
  sts = await startProxy({
    answer: async ({ body }) => {
      const role = new URLSearchParams(body).get('RoleArn') ?? '';
      assumed.push(role);
      return role.includes(`::${accounts[1]}:`) ? denial(role) : undefined;
    },
  });
  sts.connect(trial.moto.url);
});
afterEach(async () => {
  await sts.close();
  await trial.close();
});

function denial(role: string) {
  const message = `User: arn:aws:iam::123456789012:user/x is not authorized to perform: sts:AssumeRole on resource: ${role}`;
  return {
    status: 403,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
  };
}

it('an account whose role is denied fails alone; the others are in the ledger, each partition written once', async () => {
  const flags = ['--assume-role', ROLE, '--accounts', accounts.join(',')];
  const run = startPull(trial, { flags, env: { AWS_ENDPOINT_URL_STS: sts.url } });
  const finished = await run.finished;
  expect(finished.code).toBe(78);
  const { slices } = resultOf(finished);
  expect(slices.map(({ scope, outcome }) => [scope, outcome])).toEqual([
    [accounts[0], 'ok'],
    [accounts[1], 'failed'],
    [accounts[2], 'ok'],
  ]);
  expect(slices[1]?.error).toMatchObject({
    recovery: 'fix-config',
    message: expect.stringContaining(`arn:aws:iam::${accounts[1]}:role/backup-ledger could not be assumed`),
  });
  expect([...new Set(assumed)].toSorted()).toEqual(
    accounts.map((account) => ROLE.replace('{account}', account)).toSorted(),
  );

  const truth = trial.simulator
    .truth({ kind: 'copy', region: 'eu-west-1' })
    .filter(({ AccountId }) => AccountId === accounts[0] || AccountId === accounts[2]);
  expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth));
  const puts = trial.moto.requests.filter((request) => /^PUT \S*copy_job_summaries/.test(request));
  const months = new Set(truth.map(({ StartTime }) => monthOf(utcDay(StartTime * 1000))));
  expect(puts.length).toBe(months.size);
  expect((await trial.records()).map(({ scope, outcome }) => `${scope} ${outcome}`).toSorted()).toEqual(
    [`${accounts[0]} ok`, `${accounts[1]} failed`, `${accounts[2]} ok`].toSorted(),
  );
});

it('every request is signed with the credentials of its own role', async () => {
  const flags = ['--assume-role', ROLE, '--accounts', [accounts[0], accounts[2]].join(',')];
  const finished = await startPull(trial, { flags, env: { AWS_ENDPOINT_URL_STS: sts.url } }).finished;
  expect(finished.code).toBe(0);
  const keys = new Map<string, Set<string>>();
  for (const { parameters, accessKey = '' } of trial.simulator.requests.recent) {
    const account = parameters['AccountId'] ?? '';
    // Totals may be asked of all accounts the role can see.
    if (account.startsWith('AGGREGATE')) continue;
    keys.set(account, (keys.get(account) ?? new Set()).add(accessKey));
  }
  expect(new Set(keys.keys())).toEqual(new Set([accounts[0], accounts[2]]));
  const used = [...keys.values()].map((each) => [...each]);
  expect(used).toEqual([[expect.stringMatching(/^ASIA/)], [expect.stringMatching(/^ASIA/)]]);
  expect(used[0]).not.toEqual(used[1]);
});
