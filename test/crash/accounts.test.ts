import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AccountServices, startAccountServices } from '../fixtures/account-services.ts';
import { startPull } from '../fixtures/pull-process.ts';
import { expectedRows, openTrial, type Trial, withoutObservation } from '../fixtures/trial.ts';
import { firstPullOf, foundedBefore } from '../fixtures/drill.ts';

/** A pull of three accounts, which share their partitions, killed at each of its writes. */

const DAYS = 2;
const NOW = firstPullOf('a first pull');

let services: AccountServices;
beforeEach(async () => {
  services = await startAccountServices();
});
afterEach(() => services.close());

const openYoung = () =>
  openTrial({
    on: 's3',
    summaries: 150,
    accounts: 4,
    now: NOW,
    world: { absences: foundedBefore(NOW, DAYS) },
  });

function start(trial: Trial) {
  const accounts = trial.simulator.accounts.slice(0, 3).join(',');
  const flags = ['--assume-role', 'arn:aws:iam::{account}:role/x', '--accounts', accounts];
  return startPull(trial, { flags, env: { AWS_ENDPOINT_URL_STS: services.url } });
}

/** The rows of the three accounts as they should be. */
function truthOf(trial: Trial) {
  const accounts = trial.simulator.accounts.slice(0, 3);
  const all = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
  return expectedRows(all.filter(({ AccountId }) => accounts.includes(AccountId)));
}

/** Ledger.json, raw pages of three, their two months, records of three. */
const WRITES = 1 + 3 + 2 + 3;

it('writes as often as it should', async () => {
  const trial = await openYoung();
  expect((await start(trial).finished).code).toBe(0);
  const writes = trial.s3?.requests.filter(({ operation }) => operation === 'PutObject') ?? [];
  expect(writes.length).toBe(WRITES);
  await trial.close();
});

describe.each(['before', 'after'] as const)('killed %s a write is done', (when) => {
  it.each(Array.from({ length: WRITES }, (_, index) => index + 1))(
    'number %i, it leaves each day whole or absent, and heals on the next run',
    async (number) => {
      const trial = await openYoung();
      const { child, finished } = start(trial);
      let writes = 0;
      trial.s3?.setFault(({ operation }) => {
        if (operation !== 'PutObject' || ++writes !== number) return undefined;
        child.kill('SIGKILL');
        return when === 'before' ? 'reset' : 'reset-after';
      });
      expect(await finished).toMatchObject({ code: null, signal: 'SIGKILL' });
      trial.s3?.setFault(undefined);

      const truth = truthOf(trial);
      const found = withoutObservation(await trial.rows());
      const days = new Set(found.map(({ start_date }) => start_date));
      expect(found).toEqual(truth.filter(({ start_date }) => days.has(start_date)));
      const recorded = (await trial.records()).length > 0;
      expect(days.size).toBe(recorded ? DAYS : days.size);

      trial.simulator.clock.advance(60_000);
      expect((await start(trial).finished).code).toBe(0);
      expect(withoutObservation(await trial.rows())).toEqual(truth);
      expect((await trial.verify()).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      await trial.close();
    },
  );
});
