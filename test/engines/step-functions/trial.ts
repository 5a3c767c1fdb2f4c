import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { deployLambda, type InvokeOptions, type LambdaFunction } from '../../fixtures/lambda-function.ts';
import { awsEnvironment } from '../../fixtures/trial.ts';
import { type MotoTrial, openMotoTrial } from '../moto-trial.ts';
import { startProxy } from '../proxy.ts';

const DEFINITION = new URL('../../../jobs/step-functions/state-machine.asl.json', import.meta.url);
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:backup-ledger';

/** How an execution of the state machine ended. */
export interface Execution {
  readonly status: string;
  readonly error?: string;
  readonly cause?: string;
  readonly output?: string;
  readonly seconds: number;
}

export interface StateMachineTrial extends MotoTrial {
  readonly lambda: LambdaFunction;
  /** Every event the function was invoked with, in order. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** Runs the state machine once: moto runs no second execution. */
  execute(input?: Readonly<Record<string, unknown>>): Promise<Execution>;
}

export interface StateMachineTrialOptions {
  /** Settings of the function, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  readonly invoke?: InvokeOptions;
  readonly accounts?: number;
  readonly latencyMs?: number;
}

/** The state machine on moto's Step Functions, the real bundle behind it, a simulated AWS Backup and moto's S3. */
export async function openStateMachineTrial({
  env = {},
  invoke = {},
  ...options
}: StateMachineTrialOptions = {}): Promise<StateMachineTrial> {
  const events: Record<string, unknown>[] = [];
  // Where moto looks for Lambda: invocations reach the real bundle.
  const proxy = await startProxy({
    async answer({ url, body }) {
      if (!/^\/2015-03-31\/functions\/[^/]+\/invocations/.test(url)) return undefined;
      const event = JSON.parse(body) as Record<string, unknown>;
      events.push(event);
      const { payload, failed } = await lambda.invoke(event, invoke);
      const headers = {
        'content-type': 'application/json',
        ...(failed && { 'x-amz-function-error': 'Unhandled' }),
      };
      return { status: 200, headers, body: JSON.stringify(payload) };
    },
  });
  const trial = await openMotoTrial({ ...options, motoEnv: { MOTO_PORT: proxy.port } });
  const lambda = deployLambda({
    ...awsEnvironment(trial.simulator.url, trial.moto.url),
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_STS: trial.moto.url,
    BACKUP_LEDGER_LEDGER: trial.ledger,
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_LOG_LEVEL: 'error',
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
    ...env,
  });
  proxy.connect(trial.moto.url);
  const config = { stepfunctions: { execute_state_machine: true }, lambda: { use_docker: false } };
  await fetch(`${trial.moto.url}/moto-api/config`, { method: 'POST', body: JSON.stringify(config) });
  return {
    ...trial,
    lambda,
    events,
    execute: (input = {}) => execute(trial.moto.url, input),
    async close() {
      await trial.close();
      await proxy.close();
    },
  };
}

/** The definition as it is deployed, with shorter waits: one second instead of a minute and more. */
function definition(): string {
  return readFileSync(DEFINITION, 'utf8')
    .replaceAll('${FunctionArn}', FUNCTION_ARN)
    .replaceAll(/"IntervalSeconds": \d+/g, '"IntervalSeconds": 1');
}

async function execute(moto: string, input: Readonly<Record<string, unknown>>): Promise<Execution> {
  const startedAt = performance.now();
  const { stateMachineArn } = await states(moto, 'CreateStateMachine', {
    name: 'backup-ledger',
    definition: definition(),
    roleArn: 'arn:aws:iam::123456789012:role/backup-ledger',
  });
  const { executionArn } = await states(moto, 'StartExecution', {
    stateMachineArn,
    input: JSON.stringify(input),
  });
  for (;;) {
    const execution = await states(moto, 'DescribeExecution', { executionArn });
    if (execution['status'] !== 'RUNNING')
      return { ...(execution as unknown as Execution), seconds: (performance.now() - startedAt) / 1000 };
    await sleep(100);
  }
}

async function states(
  moto: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, string>>> {
  const response = await fetch(moto, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AWSStepFunctions.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/states/aws4_request',
    },
    body: JSON.stringify(input),
  });
  const answer = (await response.json()) as Record<string, string>;
  if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
  return answer;
}
