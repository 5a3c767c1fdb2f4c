import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AccountServices, startAccountServices } from '../fixtures/account-services.ts';
import { startTogether } from '../fixtures/line-up.ts';
import { resultOf } from '../fixtures/pull-process.ts';
import { expectedRows, openTrial, type Trial, withoutObservation } from '../fixtures/trial.ts';

/** Two processes at once, each with accounts of its own and one that both read: they share every partition. */

let services: AccountServices;
let trial: Trial;
beforeEach(async () => {
  services = await startAccountServices();
});
afterEach(async () => {
  await trial.close();
  await services.close();
});

it.each(['folder', 's3'] as const)('two pulls of accounts on %s lose nothing of each other', async (on) => {
  trial = await openTrial({ on, accounts: 5 });
  // Another kind first: it makes the manifest, so that the partitions are the first to be written.
  await trial.pull({ kind: 'restore' });
  const [first = '', both = '', last = ''] = trial.simulator.accounts;
  const flags = (...accounts: readonly string[]) => [
    '--assume-role=arn:aws:iam::{account}:role/x',
    `--accounts=${accounts.join(',')}`,
    '--reconcile=off',
  ];
  const env = { AWS_ENDPOINT_URL_STS: services.url };
  const ended = await startTogether(trial, [flags(first, both), flags(both, last)], env);
  trial.s3?.setFault(undefined);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect(ended.flatMap((each) => resultOf(each).slices.map(({ outcome }) => outcome))).toHaveLength(4);
  const truth = trial.simulator
    .truth({ kind: 'copy', region: 'eu-west-1' })
    .filter(({ AccountId }) => [first, both, last].includes(AccountId));
  expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth));
  expect((await trial.verify()).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});
