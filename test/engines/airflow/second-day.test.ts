import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { awsEnvironment, openTrial, type Trial } from '../../fixtures/trial.ts';
import { type Airflow, newest, startAirflow, statesOf } from './airflow.ts';
import { ecsSettings, endpointsOf, notAllowed, startEcs } from './ecs-service.ts';
import { serveLambda } from './lambda-service.ts';
import { serveAirflow } from './served.ts';

/** What happens after the first green run, on the newest Airflow: a task hangs, one is cleared, the ledger is verified. */

/** An Airflow with all its services takes a while to start where others work, too. */
const SERVED_MS = 900_000;
/** For a slice that does not hang, where others work, too. */
const ENOUGH_SECONDS = '45';
const REGIONS = 'eu-west-1,us-east-1';

let airflow: Airflow;
beforeAll(async () => {
  airflow = await startAirflow(newest);
});
afterAll(() => airflow.close());

let trial: Trial;
afterEach(() => trial.close());

const environment = () => ({
  ...awsEnvironment(trial.simulator.url, trial.s3?.url),
  BACKUP_LEDGER_LEDGER: trial.ledger,
  BACKUP_LEDGER_REGION: REGIONS,
  ...(trial.s3 && { BACKUP_LEDGER_S3_PATH_STYLE: 'true' }),
});
const outcomes = async () =>
  (await trial.records()).map(({ region, outcome }) => `${region} ${outcome}`).toSorted();

describe('a task of ECS that hangs', () => {
  beforeEach(async () => {
    trial = await openTrial({ on: 's3', now: Date.now() });
  });

  it('is stopped when its time is over; the other slice is in the ledger', async () => {
    const ecs = await startEcs({ env: environment(), eventsPerPage: 100, charactersPerEvent: 1_000 });
    onTestFinished(() => ecs.close());
    trial.simulator.setFaults([{ fault: 'hang', region: 'us-east-1' }]);
    const settings = {
      ...ecsSettings,
      register: 'off',
      check: 'off',
      retries: '0',
      execution_timeout_seconds: ENOUGH_SECONDS,
    };
    const { stdout, stderr } = await airflow.test(settings, endpointsOf(ecs));
    expect(`${stdout}${stderr}`).toContain('1 of 2 pulls failed: copy us-east-1 (pull 1): see');
    expect(ecs.requests.map(({ operation }) => operation)).toContain('StopTask');
    expect(await notAllowed(ecs)).toEqual([]);
    expect(await outcomes()).toContain('eu-west-1 ok');
  });
});

it(
  'a task of ECS that hangs is stopped, deferred by a served Airflow, too, and the next try begins another',
  { timeout: SERVED_MS },
  async () => {
    trial = await openTrial({ on: 's3', now: Date.now() });
    trial.simulator.setFaults([{ fault: 'hang', region: 'us-east-1' }]);
    const ecs = await startEcs({ env: environment(), eventsPerPage: 100, charactersPerEvent: 1_000 });
    onTestFinished(() => ecs.close());
    const settings = {
      ...ecsSettings,
      register: 'off',
      check: 'off',
      schedule: 'NONE',
      verify_schedule: 'off',
      retries: '1',
      execution_timeout_seconds: ENOUGH_SECONDS,
    };
    const fresh = await startAirflow(newest);
    onTestFinished(() => fresh.close());
    const served = await serveAirflow(fresh, settings, {
      ...endpointsOf(ecs),
      AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE: 'True',
    });
    onTestFinished(() => served.close());
    expect(await served.trigger('by-hand')).toBe('failed');
    const stops = ecs.requests.filter(({ operation }) => operation === 'StopTask');
    expect(stops.length).toBeGreaterThanOrEqual(2);
    const commands = ecs.runs.map(({ overrides }) => overrides.containerOverrides[0]?.command ?? []);
    const ofHanging = commands.filter(
      ([action, ...flags]) => action === 'pull' && /us-east-1/.test(flags.join()),
    );
    expect(ofHanging).toHaveLength(2);
    expect(await notAllowed(ecs)).toEqual([]);
  },
);

describe('on a worker', () => {
  beforeEach(async () => {
    trial = await openTrial({ now: Date.now() });
  });

  it(
    'a mapped task that is cleared pulls its slice again, and summarize follows',
    { timeout: SERVED_MS },
    async () => {
      const settings = {
        runner: 'bash',
        check: 'off',
        schedule: 'NONE',
        verify_schedule: 'off',
        retries: '0',
      };
      const env = { ...environment(), BACKUP_LEDGER_MAX_ATTEMPTS: '1' };
      // With a database of its own: that of the others knows runs to schedule.
      const fresh = await startAirflow(newest);
      onTestFinished(() => fresh.close());
      const served = await serveAirflow(fresh, { ...settings, ledger: trial.ledger }, env);
      onTestFinished(() => served.close());
      trial.simulator.setFaults([{ fault: 'access-denied', region: 'us-east-1' }]);
      expect(await served.trigger('by-hand')).toBe('failed');
      expect(await outcomes()).toEqual(['eu-west-1 ok', 'us-east-1 failed']);

      trial.simulator.setFaults([]);
      expect(await served.clear('by-hand', 'pull', 1)).toBe('success');
      expect(await outcomes()).toEqual(['eu-west-1 ok', 'us-east-1 failed', 'us-east-1 ok']);
      const { tasks, assets } = await fresh.inspect();
      expect(tasks.map(({ task, map_index, state }) => [task, map_index, state])).toEqual([
        ['plan', -1, 'success'],
        ['pull', 0, 'success'],
        ['pull', 1, 'success'],
        ['summarize', -1, 'success'],
      ]);
      expect(tasks.map(({ tries }) => tries)).toEqual([1, 1, 2, 2]);
      expect(assets).toEqual([
        {
          uri: trial.ledger,
          extra: {
            slices: 2,
            kept: (await trial.rows()).length,
            warnings: expect.any(Number) as number,
            first_day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
            last_day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
          },
        },
      ]);
    },
  );

  it('check is red at once when it finds something, and hides no failed pull', async () => {
    const run = (env: Readonly<Record<string, string>>) =>
      airflow.test(
        { runner: 'bash', ledger: trial.ledger },
        { ...environment(), BACKUP_LEDGER_MAX_ATTEMPTS: '1', ...env },
      );
    // Some of the simulated jobs fail.
    await run({ BACKUP_LEDGER_MIN_SUCCESS: '100' });
    expect(await statesOf(airflow)).toMatchObject({
      summarize: 'success 1',
      check: 'failed 1',
      green: 'upstream_failed 0',
    });

    trial.simulator.setFaults([{ fault: 'access-denied', region: 'us-east-1' }]);
    const { code } = await run({ BACKUP_LEDGER_MIN_SUCCESS: '0', BACKUP_LEDGER_MAX_FALL: '100' });
    expect(await statesOf(airflow)).toMatchObject({
      summarize: 'failed 1',
      check: 'success 1',
      green: 'upstream_failed 0',
    });
    expect(code).not.toBe(0);
  });

  it('verify is green, and red at once when it finds a damaged ledger', async () => {
    const verify = () => airflow.test({ runner: 'bash' }, environment(), { dag: 'backup_ledger_verify' });
    await trial.pull({ region: REGIONS.split(',') });
    expect(await verify()).toMatchObject({ code: 0 });
    const [key = ''] = [...(await trial.objects()).keys()].filter((name) => name.endsWith('.parquet'));
    await trial.tamper(key, new TextEncoder().encode('damaged'));
    const { code } = await verify();
    expect(code).not.toBe(0);
    const { tasks } = await airflow.inspect();
    expect(tasks).toMatchObject([{ task: 'verify', state: 'failed', tries: 1 }]);
  });
});

it.each([
  ['recent', {}],
  ['none', { verify_raw: 'none' }],
] as const)(
  'through the function, too, verify is red at once when it finds a damaged ledger, with --raw=%s',
  async (raw, settings) => {
    trial = await openTrial({ on: 's3', now: Date.now() });
    await trial.pull({ region: REGIONS.split(',') });
    const [key = ''] = [...(await trial.objects()).keys()].filter((name) => name.endsWith('.parquet'));
    await trial.tamper(key, new TextEncoder().encode('damaged'));
    const service = await serveLambda(environment());
    onTestFinished(() => service.close());
    const { code, stdout, stderr } = await airflow.test(
      { runner: 'lambda', lambda_function: 'backup-ledger', ...settings },
      { AWS_ENDPOINT_URL_LAMBDA: service.url },
      { dag: 'backup_ledger_verify' },
    );
    expect(code).not.toBe(0);
    expect(service.events).toMatchObject([{ action: 'verify', flags: { raw } }]);
    expect(`${stdout}${stderr}`).toMatch(/AirflowFailException.*\.parquet/);
  },
);
