import { GetTablesCommand, GlueClient } from '@aws-sdk/client-glue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { awsEnvironment, openTrial } from '../../fixtures/trial.ts';
import { type MotoTrial, openMotoTrial } from '../moto-trial.ts';
import { type Airflow, type AirflowSettings, newest, startAirflow, statesOf } from './airflow.ts';
import { ecsSettings, endpointsOf, notAllowed, startEcs } from './ecs-service.ts';
import { serveLambda } from './lambda-service.ts';

/** The catalog follows each run, by whatever runner, and whatever became of the pulls. */

let airflow: Airflow;
beforeAll(async () => {
  airflow = await startAirflow(newest);
});
afterAll(() => airflow.close());

describe('of a ledger on S3', () => {
  let trial: MotoTrial;
  beforeEach(async () => {
    trial = await openMotoTrial();
  });
  afterEach(() => trial.close());

  const environment = () => ({
    ...awsEnvironment(trial.simulator.url, trial.moto.url),
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_GLUE: trial.moto.url,
    BACKUP_LEDGER_LEDGER: trial.ledger,
    BACKUP_LEDGER_REGION: 'eu-west-1,us-east-1',
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
  });

  /** Settings of a runner, and what leads Airflow to it. */
  const runners = {
    bash: () => Promise.resolve([{ runner: 'bash' }, environment()] as const),
    async ecs() {
      const ecs = await startEcs({ env: environment(), eventsPerPage: 100, charactersPerEvent: 1_000 });
      onTestFinished(async () => {
        expect(await notAllowed(ecs)).toEqual([]);
        await ecs.close();
      });
      return [ecsSettings, endpointsOf(ecs)] as const;
    },
    async lambda() {
      const service = await serveLambda(environment());
      onTestFinished(() => service.close());
      const settings: AirflowSettings = { runner: 'lambda', lambda_function: 'backup-ledger' };
      return [settings, { AWS_ENDPOINT_URL_LAMBDA: service.url }] as const;
    },
  };

  async function run(runner: keyof typeof runners): Promise<void> {
    const [settings, env] = await runners[runner]();
    // `check` asks Athena, and there is none.
    await airflow.test({ ...settings, check: 'off', retries: '0' }, env);
  }

  it.each(['bash', 'ecs', 'lambda'] as const)('is made by register, run by %s', async (runner) => {
    await run(runner);
    expect(await statesOf(airflow)).toMatchObject({
      summarize: 'success 1',
      register: 'success 1',
      green: 'success 1',
    });
    expect(await registeredTables(trial)).toContain('copy_job_summaries');
  });

  it('is made where a pull has failed, and the run is red', async () => {
    trial.simulator.setFaults([{ fault: 'access-denied', region: 'us-east-1' }]);
    await run('bash');
    expect(await statesOf(airflow)).toMatchObject({
      summarize: 'failed 1',
      register: 'success 1',
      green: 'upstream_failed 0',
    });
    expect(await registeredTables(trial)).toContain('copy_job_summaries');
  });
});

it('of a ledger that cannot have one is missed at once: the pulls are well and the backups checked, and the run is red', async () => {
  const trial = await openTrial({ now: Date.now() });
  onTestFinished(() => trial.close());
  await airflow.test(
    { runner: 'bash' },
    {
      ...awsEnvironment(trial.simulator.url),
      // A folder that the settings do not tell.
      BACKUP_LEDGER_LEDGER: trial.ledger,
      BACKUP_LEDGER_REGION: 'eu-west-1',
      BACKUP_LEDGER_MIN_SUCCESS: '0',
      BACKUP_LEDGER_MAX_FALL: '100',
    },
  );
  expect(await statesOf(airflow)).toMatchObject({
    summarize: 'success 1',
    register: 'failed 1',
    check: 'success 1',
    green: 'upstream_failed 0',
  });
  const { state, assets } = await airflow.inspect();
  expect(state).toBe('failed');
  expect(assets.at(-1)).toMatchObject({ extra: { slices: 1 } });
});

/** As moto's Glue lists them. */
async function registeredTables({ moto }: MotoTrial): Promise<(string | undefined)[]> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const glue = new GlueClient({ endpoint: moto.url, region: 'us-east-1', credentials });
  const { TableList = [] } = await glue.send(new GetTablesCommand({ DatabaseName: 'backup_ledger' }));
  glue.destroy();
  return TableList.map(({ Name }) => Name);
}
