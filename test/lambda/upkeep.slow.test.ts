import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { views } from '../../schemas/views/views.ts';
import { type AthenaServer, startAthena } from '../fixtures/athena-server.ts';
import { type GlueServer, startGlue } from '../fixtures/glue-server.ts';
import { listen } from '../fixtures/listen.ts';
import { deployLambda, type LambdaFunction } from '../fixtures/lambda-function.ts';
import { awsEnvironment, openTrial, type Trial } from '../fixtures/trial.ts';

/** What the function does beside pulling: the catalog, and its first sign of life. */

let trial: Trial;
let glue: GlueServer;
let athena: AthenaServer;
let lambda: LambdaFunction;
beforeEach(async () => {
  trial = await openTrial({ on: 's3', summaries: 50 });
  glue = await startGlue();
  athena = await startAthena({ engine: createView, workgroups: { stack: true }, looks: 1 });
  lambda = deployLambda({
    ...awsEnvironment(trial.simulator.url, trial.s3?.url),
    AWS_ENDPOINT_URL_GLUE: glue.url,
    AWS_ENDPOINT_URL_ATHENA: athena.url,
    STACK: 'one',
    BACKUP_LEDGER_LEDGER: trial.ledger,
    BACKUP_LEDGER_WORKGROUP: 'stack',
    BACKUP_LEDGER_DATABASE: 'other_ledger',
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
    BACKUP_LEDGER_LOG_LEVEL: 'error',
  });
});
afterEach(async () => {
  await Promise.all([trial.close(), glue.close(), athena.close()]);
});

/** Does what Athena does with `CREATE OR REPLACE VIEW`: leaves an entry in the catalog. */
async function createView(sql: string, database: string) {
  const [, name = ''] = /^CREATE OR REPLACE VIEW (\w+) AS\n/.exec(sql) ?? [];
  const view = { Name: name, TableType: 'VIRTUAL_VIEW', Parameters: { presto_view: 'true' }, VersionId: '0' };
  glue.tables.set(`${database}.${name}`, view);
  return { columns: [], rows: [] };
}

function metrics(): Readonly<Record<string, unknown>>[] {
  const lines = lambda.log().split('\n');
  return lines
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('action register', () => {
  it('makes database, tables and views, and says what it changed', async () => {
    await lambda.invoke({ action: 'pull', flags: {} });
    const { payload } = await lambda.invoke({ action: 'register' });
    const { changes } = payload as { readonly changes: readonly string[] };
    expect(changes).toHaveLength(1 + 5 + views.length);
    expect(changes.slice(0, 2)).toEqual([
      'created database other_ledger',
      'created table copy_job_summaries',
    ]);
    expect(glue.tables.size).toBe(5 + views.length);
    expect(metrics().at(-1)).toMatchObject({ Stack: 'one', FailedRegistrations: 0 });
  });

  it('changes nothing the second time, and makes the table that a later pull brought', async () => {
    await lambda.invoke({ action: 'register' });
    expect((await lambda.invoke({ action: 'register' })).payload).toMatchObject({ changes: [] });
    await lambda.invoke({ action: 'pull', flags: { state: 'FAILED', table: 'copy_failures' } });
    expect((await lambda.invoke({ action: 'register' })).payload).toMatchObject({
      changes: ['created table copy_failures'],
    });
  });

  it('throws what went wrong under the name of who acts', async () => {
    await glue.close();
    const { payload } = await lambda.invoke({ action: 'register', flags: { 'max-attempts': 1 } });
    expect(payload).toMatchObject({ errorType: 'RetryLater' });
    glue = await startGlue();
  });
});

describe('the deployment', () => {
  interface Put {
    readonly method: string | undefined;
    readonly type: string | undefined;
    readonly body: unknown;
  }

  async function deploy(event: object): Promise<{ readonly puts: readonly Put[]; readonly failed: boolean }> {
    const puts: Put[] = [];
    async function take(request: IncomingMessage): Promise<void> {
      const { method, headers } = request;
      puts.push({ method, type: headers['content-type'], body: JSON.parse(await text(request)) as unknown });
    }
    const server = await listen((request, response) => {
      void take(request).finally(() => response.end());
    });
    const { failed } = await lambda.invoke({
      ResponseURL: `${server.url}/answer?X-Amz-Signature=abc`,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'FirstSignOfLife',
      ServiceToken: 'arn',
      ResourceProperties: { SettleSeconds: '0' },
      ...event,
    });
    await server.close();
    return { puts, failed };
  }

  it('gives the first sign of life, and answers CloudFormation', async () => {
    const { puts, failed } = await deploy({ RequestType: 'Create' });
    expect(failed).toBe(false);
    expect(puts).toEqual([
      {
        method: 'PUT',
        type: '',
        body: {
          Status: 'SUCCESS',
          PhysicalResourceId: 'first-sign-of-life',
          StackId: 'stack',
          RequestId: 'request',
          LogicalResourceId: 'FirstSignOfLife',
        },
      },
    ]);
    expect(metrics()).toEqual([expect.objectContaining({ Stack: 'one', Heartbeats: 1 })]);
  });

  it.each(['Update', 'Delete'])('answers to %s, and gives none', async (RequestType) => {
    const { puts } = await deploy({ RequestType, PhysicalResourceId: 'first-sign-of-life' });
    expect(puts).toMatchObject([{ body: { Status: 'SUCCESS' } }]);
    expect(metrics()).toEqual([]);
  });
});
