import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  awsEnvironment,
  expectedRows,
  openTrial,
  type Trial,
  withoutObservation,
} from '../../fixtures/trial.ts';
import {
  type Airflow,
  type AirflowSettings,
  type Imported,
  type RunState,
  startAirflow,
  versions,
} from './airflow.ts';
import { ecsSettings, type EcsService, endpointsOf, notAllowed, startEcs } from './ecs-service.ts';
import { type LambdaService, serveLambda } from './lambda-service.ts';

/** The DAG is imported and run by real Airflows, from the oldest that is supported to the newest. */

const REGIONS = ['eu-west-1', 'us-east-1'];
/** A region that answers, one that is throttled once, one that is denied. */
const MIXED = ['eu-west-1', 'us-east-1', 'us-west-2'];

/** The last Airflow 2 shares operators with 3 and the rest with 2.10: there, what it makes of failures is enough. */
const [oldest, last, newest] = versions;
const waysToWait = {
  [oldest]: ['on the worker', 'deferred'],
  [last]: ['deferred'],
  [newest]: ['on the worker', 'deferred'],
} as const;

/** `check` looks at the machine's day, and the trials are of another; `register` needs a catalog: they are tried by themselves. */
const base = { register: 'off', check: 'off' };

describe.each(versions)('Airflow %s', (version) => {
  let airflow: Airflow;
  let trial: Trial;
  beforeAll(async () => {
    airflow = await startAirflow(version);
  });
  afterAll(() => airflow.close());

  const environment = (regions: readonly string[]) => ({
    ...awsEnvironment(trial.simulator.url, trial.s3?.url),
    BACKUP_LEDGER_LEDGER: trial.ledger,
    BACKUP_LEDGER_REGION: regions.join(','),
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
    // Who is throttled fails at once, so that it is Airflow that tries again.
    BACKUP_LEDGER_MAX_ATTEMPTS: '1',
    ...(trial.s3 && { BACKUP_LEDGER_S3_PATH_STYLE: 'true' }),
  });
  const outcomes = async () =>
    (await trial.records()).map(({ region, outcome }) => `${region} ${outcome}`).toSorted();
  const troubleInTwoRegions = () =>
    trial.simulator.setFaults([
      { fault: 'throttling', region: 'us-east-1', times: 1 },
      { fault: 'access-denied', region: 'us-west-2' },
    ]);
  const afterTrouble = ['eu-west-1 ok', 'us-east-1 failed', 'us-east-1 ok', 'us-west-2 failed'];

  describe('imports the DAGs', () => {
    const good = [
      { runner: 'bash', pool: 'backup', ledger: 's3://bucket/prefix' },
      { runner: 'ecs', pool: 'backup', ecs_subnets: 'subnet-1,subnet-2' },
      { runner: 'lambda', pool: 'backup', lambda_function: 'backup-ledger' },
      { runner: 'bash', ...base, verify_schedule: 'off', schedule: 'NONE' },
      { runner: 'bash', ledger: '/srv/ledger' },
    ];
    const wrong = [
      [{ runner: 'cron' }, "runner: expected one of bash, ecs, lambda, got 'cron'"],
      [{}, 'ecs_subnets: expected the subnets the tasks run in, separated by commas, got nothing'],
      [{ runner: 'lambda' }, "lambda_function: expected the function's name or ARN"],
      [
        { runner: 'bash', concurrency: 'many' },
        "concurrency: expected a whole number of at least 1, got 'many'",
      ],
      [{ runner: 'bash', check: 'true' }, "check: expected one of on, off, got 'true'"],
      [{ runner: 'bash', verify_raw: 'old' }, "verify_raw: expected one of all, recent, none, got 'old'"],
      [{ runner: 'bash', register: 'yes' }, "register: expected one of on, off, got 'yes'"],
    ] as const;
    let imports: readonly Imported[];
    beforeAll(async () => {
      imports = await airflow.importDags([...good, ...wrong.map(([settings]) => settings)]);
    });

    it.each([
      ['bash', 'BackupLedgerBash', 0, 's3://bucket/prefix'],
      ['ecs', 'BackupLedgerEcs', 1, 'backup-ledger'],
      ['lambda', 'BackupLedgerLambda', 2, 'backup-ledger'],
    ])('with the runner %s', (_runner, type, index, asset) => {
      const limits = { type, retries: 4, pool: 'backup', execution_timeout: 4500 };
      expect(imports[index]).toMatchObject({
        errors: [],
        dags: {
          backup_ledger: {
            timetable: 'CronTriggerTimetable',
            summary: '30 3 * * *',
            catchup: false,
            max_active_runs: 1,
            dagrun_timeout: 72_000,
            params: { regions: [], kinds: [], since: null, dry_run: false },
            tasks: {
              plan: { ...limits, mapped: false },
              pull: { ...limits, mapped: true, upstream: ['plan'] },
              summarize: { trigger_rule: 'all_done', retries: 0, outlets: [expect.stringContaining(asset)] },
              register: { ...limits, trigger_rule: 'none_skipped', upstream: ['summarize'] },
              check: { ...limits, trigger_rule: 'none_skipped', upstream: ['register'] },
              green: { trigger_rule: 'none_failed', upstream: ['check', 'register', 'summarize'] },
            },
          },
          backup_ledger_verify: {
            summary: '30 5 * * 6',
            max_active_runs: 1,
            dagrun_timeout: 28_800,
            params: { since: null },
            tasks: { verify: { ...limits, execution_timeout: 14_400 } },
          },
        },
      });
    });

    it('without register where the ledger is a folder, which Athena cannot read', () => {
      const { errors, dags } = imports[4] ?? { errors: ['not imported'], dags: {} };
      expect(errors).toEqual([]);
      expect(dags['backup_ledger']?.tasks).toMatchObject({
        check: { upstream: ['summarize'] },
        green: { upstream: ['check', 'summarize'] },
      });
      expect(dags['backup_ledger']?.tasks).not.toHaveProperty('register');
    });

    it('without register, check, verify and a schedule where that is wished', () => {
      const { errors, dags } = imports[3] ?? { errors: ['not imported'], dags: {} };
      expect([errors, Object.keys(dags)]).toEqual([[], ['backup_ledger']]);
      expect(dags['backup_ledger']?.timetable).toBe('NullTimetable');
      expect(Object.keys(dags['backup_ledger']?.tasks ?? {})).toEqual(['plan', 'pull', 'summarize']);
    });

    it('and says what a setting should be', () => {
      for (const [index, [, said]] of wrong.entries()) {
        const { errors, dags } = imports[good.length + index] ?? { errors: [], dags: {} };
        expect(dags).toEqual({});
        expect(errors.join('\n')).toContain(`[backup_ledger] ${said}`);
      }
    });
  });

  describe('runs the DAG on its worker', () => {
    beforeEach(async () => {
      trial = await openTrial();
    });
    afterEach(() => trial.close());

    const run = (
      regions: readonly string[],
      params: Readonly<Record<string, unknown>> = {},
      settings: AirflowSettings = {},
    ) => airflow.test({ runner: 'bash', ...base, ...settings }, environment(regions), { params });

    it('tries again who was throttled, and not who is denied: red, and names that slice; the others are in the ledger', async () => {
      troubleInTwoRegions();
      const { code, stdout, stderr } = await run(MIXED);
      expect(await outcomes()).toEqual(afterTrouble);
      expect(`${stdout}${stderr}`).toContain('1 of 3 pulls failed: copy us-west-2 (pull 2): see');
      expect(code).not.toBe(0);
      expect(withoutObservation(await trial.rows())).toEqual(
        expectedRows(REGIONS.flatMap((region) => trial.simulator.truth({ kind: 'copy', region }))),
      );
    });

    describe.each(version === last ? [] : ['bash'])('by %s', () => {
      it('green when all is well, with counts in XCom and in the labels of its slices', async () => {
        const { code, stdout, stderr } = await run(REGIONS);
        const truth = REGIONS.map((region) => trial.simulator.truth({ kind: 'copy', region }));
        const [europe = [], america = []] = truth;
        expect(`${stdout}${stderr}`).toContain(
          `Returned value was: {'slices': 2, 'kept': ${truth.flat().length}, 'warnings': 0, 'first_day': '2026-11-09'`,
        );
        expect(code).toBe(0);
        expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth.flat()));
        expect(await outcomes()).toEqual(['eu-west-1 ok', 'us-east-1 ok']);
        const { state, tasks, xcoms } = await airflow.inspect();
        expect(state).toBe('success');
        expect(labelsOf(tasks)).toEqual([
          expect.stringMatching(new RegExp(`^copy eu-west-1: ${europe.length} rows, \\d+ accounts$`)),
          expect.stringMatching(new RegExp(`^copy us-east-1: ${america.length} rows, \\d+ accounts$`)),
        ]);
        expect(xcoms.filter(({ task, size }) => task === 'pull' && size > 250)).toEqual([]);
      });

      it('red when nothing could be planned', async () => {
        const { code, stdout, stderr } = await run(REGIONS, { kinds: ['copies'] });
        expect(`${stdout}${stderr}`).toContain('kind: expected one of');
        expect(code).not.toBe(0);
        expect(trial.simulator.requests.total).toBe(0);
      });

      it('by hand for what the params say; a dry run writes nothing and updates no asset', async () => {
        const wanted = { regions: ['us-west-2'], kinds: ['backup', 'restore'] };
        const upkeep = { register: 'on', check: 'on' };
        const { code, stdout, stderr } = await run(REGIONS, { ...wanted, dry_run: true }, upkeep);
        expect(code).toBe(0);
        expect(`${stdout}${stderr}`).toContain('a dry run: nothing was written');
        expect(await trial.objects()).toEqual(new Map());
        const { tasks } = await airflow.inspect();
        expect(labelsOf(tasks)).toEqual([
          expect.stringContaining('backup us-west-2: '),
          expect.stringContaining('restore us-west-2: '),
        ]);
        const skipped = tasks.filter(({ state }) => state === 'skipped').map(({ task }) => task);
        expect(skipped).toEqual(['check', 'register', 'summarize']);
      });
    });
  });

  describe.each(waysToWait[version])('runs the DAG on ECS, waiting %s', (way) => {
    let ecs: EcsService;
    beforeEach(async () => {
      trial = await openTrial({ on: 's3' });
      // The log comes in small pieces, as that of a large result does.
      ecs = await startEcs({ env: environment(MIXED), eventsPerPage: 3, charactersPerEvent: 100 });
    });
    afterEach(async () => {
      await ecs.close();
      await trial.close();
    });

    it('tries again who was throttled, and not who is denied', async () => {
      troubleInTwoRegions();
      const settings = { ...ecsSettings, ...base };
      const { stdout, stderr } = await airflow.test(settings, {
        ...endpointsOf(ecs),
        AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE: way === 'deferred' ? 'True' : 'False',
      });
      expect(await outcomes(), `${stdout}${stderr}`).toEqual(afterTrouble);
      expect(`${stdout}${stderr}`).toContain('1 of 3 pulls failed: copy us-west-2 (pull 2): see');
      expect(labelsOf((await airflow.inspect()).tasks)).toEqual([
        expect.stringContaining('copy eu-west-1: '),
        expect.stringContaining('copy us-east-1: '),
        'copy us-west-2',
      ]);
      expect(`${stdout}${stderr}`.includes('running trigger in line')).toBe(way === 'deferred');
      expect(ecs.runs.map(({ overrides }) => overrides.containerOverrides[0]?.command[0])).toEqual([
        'plan',
        ...afterTrouble.map(() => 'pull'),
      ]);
      expect(await notAllowed(ecs)).toEqual([]);
      expect(ecs.runs[0]).toMatchObject({
        cluster: 'backup',
        taskDefinition: 'backup-ledger',
        launchType: 'FARGATE',
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: ['subnet-1', 'subnet-2'],
            securityGroups: ['sg-1'],
            assignPublicIp: 'ENABLED',
          },
        },
      });
    });
  });

  /** The newest has all its services for this: see the tests of the second day. */
  it.each([version].filter((each) => each !== newest))(
    'stops a task of ECS for which no worker waits when its time is over: %s',
    async () => {
      trial = await openTrial({ on: 's3' });
      onTestFinished(() => trial.close());
      const ecs = await startEcs({ env: environment(MIXED), eventsPerPage: 100, charactersPerEvent: 1_000 });
      onTestFinished(() => ecs.close());
      const { stdout, stderr } = await airflow.timeOver(
        { ...ecsSettings, ...base },
        { ...endpointsOf(ecs), AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE: 'True' },
      );
      expect(ecs.requests.map(({ operation }) => operation)).toContain('StopTask');
      expect(`${stdout}${stderr}`).toContain('ended as up_for_retry');
    },
  );

  describe('runs the DAG through the Lambda function', () => {
    let service: LambdaService;
    beforeEach(async () => {
      trial = await openTrial({ on: 's3' });
      service = await serveLambda(environment(MIXED));
    });
    afterEach(async () => {
      await service.close();
      await trial.close();
    });

    it('tries again who was throttled, and not who is denied', async () => {
      troubleInTwoRegions();
      const settings = { runner: 'lambda', lambda_function: 'backup-ledger', ...base };
      const { stdout, stderr } = await airflow.test(settings, { AWS_ENDPOINT_URL_LAMBDA: service.url });
      expect(service.actions).toEqual(['plan', ...afterTrouble.map(() => 'pull')]);
      expect(await outcomes()).toEqual(afterTrouble);
      expect(`${stdout}${stderr}`).toContain('1 of 3 pulls failed: copy us-west-2 (pull 2): see');
    });
  });
});

function labelsOf(tasks: RunState['tasks']): (string | null)[] {
  return tasks.filter(({ task }) => task === 'pull').map(({ label }) => label);
}
