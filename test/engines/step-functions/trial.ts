import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  deployLambda,
  type Invocation,
  type InvokeOptions,
  type LambdaFunction,
} from '../../fixtures/lambda-function.ts';
import { awsEnvironment } from '../../fixtures/trial.ts';
import { type MotoTrial, openMotoTrial } from '../moto-trial.ts';
import type { Moto } from '../moto.ts';
import { type Proxy, startProxy } from '../proxy.ts';

/** The definitions, and regions for their executions: moto runs a second one in one region no more. */
const machines = { 'state-machine': 'us-east-1', verify: 'us-west-2' } as const;
type Machine = keyof typeof machines;

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
  /** Runs a state machine once: moto runs no second execution. */
  execute(input?: Readonly<Record<string, unknown>>, machine?: Machine): Promise<Execution>;
  /** Values of a metric in the order they were written, of all slices and kinds or of the stack as a whole. */
  metric(name: string): readonly number[];
}

export interface StateMachineTrialOptions {
  /** Settings of the function, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** How an event's invocation goes. */
  readonly invoke?: (event: Readonly<Record<string, unknown>>) => InvokeOptions;
  /** What the function answers instead of running, such as an error of Lambda itself. */
  readonly instead?: (event: Readonly<Record<string, unknown>>) => Invocation | undefined;
  /** Parameters of the template that reach the definition. */
  readonly substitutions?: Readonly<Record<'Register' | 'Check', 'yes' | 'no'> & { Accounts?: string }>;
  readonly accounts?: number;
  readonly latencyMs?: number;
}

/** The state machine on moto's Step Functions, the real bundle behind it, a simulated AWS Backup and moto's S3. */
export async function openStateMachineTrial({
  env = {},
  invoke = () => ({}),
  instead = () => undefined,
  substitutions = { Register: 'yes', Check: 'no' },
  ...options
}: StateMachineTrialOptions = {}): Promise<StateMachineTrial> {
  const events: Record<string, unknown>[] = [];
  const proxy = await startLambdaProxy(async (event) => {
    events.push(event);
    return instead(event) ?? lambda.invoke(event, invoke(event));
  });
  const trial = await openMotoTrial({ ...options, motoEnv: { MOTO_PORT: proxy.port } });
  const lambda = deployLambda({
    ...awsEnvironment(trial.simulator.url, trial.moto.url),
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_STS: trial.moto.url,
    AWS_ENDPOINT_URL_GLUE: trial.moto.url,
    STACK: 'trial',
    BACKUP_LEDGER_LEDGER: trial.ledger,
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_LOG_LEVEL: 'error',
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
    ...env,
  });
  proxy.connect(trial.moto.url);
  await runStateMachines(trial.moto, true);
  return {
    ...trial,
    lambda,
    events,
    execute: (input = {}, machine = 'state-machine') =>
      execute({ moto: trial.moto.url, machine, substitutions }, input),
    metric(name) {
      const lines = lambda.log().split('\n');
      const written = lines
        .filter((line) => line.startsWith('{"_aws"'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      return written.filter((line) => !('Kind' in line) && name in line).map((line) => line[name] as number);
    },
    async close() {
      await trial.close();
      await proxy.close();
    },
  };
}

/** Where moto looks for Lambda: invocations are answered here, and all else by moto. */
export function startLambdaProxy(
  invoke: (event: Readonly<Record<string, unknown>>) => Promise<Invocation>,
): Promise<Proxy> {
  return startProxy({
    async answer({ url, body }) {
      if (!/^\/2015-03-31\/functions\/[^/]+\/invocations/.test(url)) return undefined;
      const { payload, failed } = await invoke(JSON.parse(body) as Record<string, unknown>);
      const headers = {
        'content-type': 'application/json',
        ...(failed && { 'x-amz-function-error': 'Unhandled' }),
      };
      return { status: 200, headers, body: JSON.stringify(payload) };
    },
  });
}

/** Whether moto's state machines run; those that it made before are not known any more. */
export async function runStateMachines({ url }: Moto, runs: boolean): Promise<void> {
  const config = { stepfunctions: { execute_state_machine: runs }, lambda: { use_docker: false } };
  await fetch(`${url}/moto-api/config`, { method: 'POST', body: JSON.stringify(config) });
}

/** A definition as it is deployed, with shorter waits: one second instead of a minute and more. */
function definitionOf(machine: Machine, substitutions: Readonly<Record<string, string>>): string {
  const file = new URL(`../../../jobs/step-functions/${machine}.asl.json`, import.meta.url);
  const all = { FunctionArn: FUNCTION_ARN, Partition: 'aws', Accounts: '', ...substitutions };
  const text = readFileSync(file, 'utf8').replaceAll(/"IntervalSeconds": \d+/g, '"IntervalSeconds": 1');
  return Object.entries(all).reduce((done, [name, value]) => done.replaceAll(`\${${name}}`, value), text);
}

interface Place {
  readonly moto: string;
  readonly machine: Machine;
  readonly substitutions: Readonly<Record<string, string>>;
}

async function execute(
  { moto, machine, substitutions }: Place,
  input: Readonly<Record<string, unknown>>,
): Promise<Execution> {
  const startedAt = performance.now();
  const states = statesIn(moto, machines[machine]);
  const { stateMachineArn } = await states('CreateStateMachine', {
    name: machine,
    definition: definitionOf(machine, substitutions),
    roleArn: 'arn:aws:iam::123456789012:role/backup-ledger',
  });
  const { executionArn } = await states('StartExecution', {
    stateMachineArn,
    // AWS gives one a name itself; moto does not.
    name: randomUUID(),
    input: JSON.stringify(input),
  });
  for (;;) {
    const execution = await states('DescribeExecution', { executionArn });
    if (execution['status'] !== 'RUNNING')
      return { ...(execution as unknown as Execution), seconds: (performance.now() - startedAt) / 1000 };
    await sleep(100);
  }
}

/** Step Functions of a region. */
function statesIn(moto: string, region: string) {
  return async (
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, string>>> => {
    const response = await fetch(moto, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AWSStepFunctions.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=test/20261123/${region}/states/aws4_request`,
      },
      body: JSON.stringify(input),
    });
    const answer = (await response.json()) as Record<string, string>;
    if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
    return answer;
  };
}
