import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deployLambda } from '../../fixtures/lambda-function.ts';
import {
  awsEnvironment,
  expectedRows,
  openTrial,
  type Trial,
  withoutObservation,
} from '../../fixtures/trial.ts';
import { type Proxy, startProxy } from '../proxy.ts';
import { type Airflow, majors, startAirflow } from './airflow.ts';

/** The DAG is imported and run by real Airflows of both majors. */

const REGIONS = ['eu-west-1', 'us-east-1'];

describe.each(majors)('Airflow %s', (major) => {
  let airflow: Airflow;
  beforeAll(async () => {
    airflow = await startAirflow(major);
  });
  afterAll(() => airflow.close());

  describe('imports the DAG', () => {
    it.each([
      ['bash', 'BackupLedgerBash'],
      ['ecs', 'BackupLedgerEcs'],
      ['lambda', 'BackupLedgerLambda'],
    ])('with the runner %s', async (runner, type) => {
      const { errors, dag } = await airflow.importDag({ runner });
      expect(errors).toEqual([]);
      expect(dag).toMatchObject({
        timetable: 'CronTriggerTimetable',
        summary: '30 3 * * *',
        catchup: false,
        max_active_runs: 1,
        tasks: {
          plan: { type, mapped: false, retries: 4 },
          pull: { type, mapped: true, retries: 4, upstream: ['slices'] },
          summarize: {
            trigger_rule: 'all_done',
            retries: 0,
            outlets: [expect.stringContaining('backup-ledger')],
          },
        },
      });
    });

    it('and says what a wrong runner should be', async () => {
      const { errors, dag } = await airflow.importDag({ runner: 'cron' });
      expect(dag).toBeNull();
      expect(errors.join('\n')).toContain(
        "[backup_ledger] runner: expected one of bash, ecs, lambda, got 'cron'",
      );
    });
  });

  describe('runs the DAG on its worker', () => {
    let trial: Trial;
    beforeEach(async () => {
      trial = await openTrial();
    });
    afterEach(() => trial.close());

    const run = (env: Readonly<Record<string, string>> = {}) =>
      airflow.test(
        { runner: 'bash' },
        {
          ...awsEnvironment(trial.simulator.url),
          BACKUP_LEDGER_LEDGER: trial.ledger,
          BACKUP_LEDGER_REGION: REGIONS.join(','),
          BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
          ...env,
        },
      );
    const outcomes = async () =>
      (await trial.records()).map(({ region, outcome }) => `${region} ${outcome}`).toSorted();

    it('green when all is well, with the result in XCom', async () => {
      const { code, stdout, stderr } = await run();
      const truth = REGIONS.flatMap((region) => trial.simulator.truth({ kind: 'copy', region }));
      expect(`${stdout}${stderr}`).toContain(`Returned value was: {'slices': 2, 'kept': ${truth.length}}`);
      expect(code).toBe(0);
      expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth));
      expect(await outcomes()).toEqual(['eu-west-1 ok', 'us-east-1 ok']);
    });

    it('green after another try when it was throttled', async () => {
      trial.simulator.setFaults([{ fault: 'throttling', region: 'us-east-1', times: 1 }]);
      const { code } = await run({ BACKUP_LEDGER_MAX_ATTEMPTS: '1' });
      expect(await outcomes()).toEqual(['eu-west-1 ok', 'us-east-1 failed', 'us-east-1 ok']);
      expect(code).toBe(0);
    });

    it('red at once, without another try, when a region is denied; the other is in the ledger', async () => {
      trial.simulator.setFaults([{ fault: 'access-denied', region: 'us-east-1' }]);
      const { code, stdout, stderr } = await run();
      expect(await outcomes()).toEqual(['eu-west-1 ok', 'us-east-1 failed']);
      expect(`${stdout}${stderr}`).toContain('1 of 2 slices failed');
      expect(code).not.toBe(0);
      expect(withoutObservation(await trial.rows())).toEqual(
        expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' })),
      );
    });

    it('red when nothing could be planned', async () => {
      const { code, stdout, stderr } = await run({ BACKUP_LEDGER_KIND: 'copies' });
      expect(`${stdout}${stderr}`).toContain('kind (BACKUP_LEDGER_KIND): expected one of');
      expect(code).not.toBe(0);
      expect(trial.simulator.requests.total).toBe(0);
    });
  });

  describe('runs the DAG through the Lambda function', () => {
    let trial: Trial;
    let service: Proxy;
    let invocations: number;
    beforeEach(async () => {
      trial = await openTrial({ on: 's3' });
      const lambda = deployLambda({
        ...awsEnvironment(trial.simulator.url, trial.s3?.url),
        BACKUP_LEDGER_LEDGER: trial.ledger,
        BACKUP_LEDGER_S3_PATH_STYLE: 'true',
        BACKUP_LEDGER_REGION: REGIONS.join(','),
        BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
      });
      invocations = 0;
      service = await startProxy({
        async answer({ body }) {
          invocations += 1;
          const { payload, failed } = await lambda.invoke(JSON.parse(body));
          return {
            status: 200,
            headers: {
              'content-type': 'application/json',
              ...(failed && { 'x-amz-function-error': 'Unhandled' }),
            },
            body: JSON.stringify(payload),
          };
        },
      });
    });
    afterEach(async () => {
      await service.close();
      await trial.close();
    });

    const run = () => airflow.test({ runner: 'lambda' }, { AWS_ENDPOINT_URL_LAMBDA: service.url });

    it('green when all is well', async () => {
      const { code, stdout, stderr } = await run();
      expect(`${stdout}${stderr}`).toContain("Returned value was: {'slices': 2");
      expect(code).toBe(0);
      const truth = REGIONS.flatMap((region) => trial.simulator.truth({ kind: 'copy', region }));
      expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth));
    });

    it('red at once when a region is denied', async () => {
      trial.simulator.setFaults([{ fault: 'access-denied', region: 'us-east-1' }]);
      const { code } = await run();
      expect(code).not.toBe(0);
      expect(invocations).toBe(3);
    });
  });
});
