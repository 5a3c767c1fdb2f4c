import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AccountServices, startAccountServices } from '../../fixtures/account-services.ts';
import { type AthenaServer, startAthena } from '../../fixtures/athena-server.ts';
import { deployLambda, type LambdaFunction } from '../../fixtures/lambda-function.ts';
import { awsEnvironment } from '../../fixtures/trial.ts';
import { type LakeTrial, openLakeTrial } from '../lake-trial.ts';
import type { Proxy } from '../proxy.ts';
import { program, run } from '../python.ts';
import { bareEnvironment, type ProgramEnd } from '../python-environment.ts';
import { runStateMachines, startLambdaProxy } from './trial.ts';

/** The page's commands as they are written: moto makes the stack, runs its state machine, and Trino answers. */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const here = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));
const STACK = 'backup-ledger';
/** What `deploy` takes without a bucket for the template. Source: its help. */
const MAX_TEMPLATE_BYTES = 51_200;
/** Done before: the bundle and the build. */
const MADE = ['npm ci && npm run bundle\n', 'npm run build && '];

let proxy: Proxy;
let trial: LakeTrial;
let services: AccountServices;
let athena: AthenaServer;
let lambda: LambdaFunction;
let folder: string;
let env: Record<string, string>;
let blocks: readonly [deploy: string, runOnce: string, moveIn: string];
beforeAll(async () => {
  proxy = await startLambdaProxy((event) => lambda.invoke(event));
  trial = await openLakeTrial({ accounts: 6, motoEnv: { MOTO_PORT: proxy.port } });
  proxy.connect(trial.moto.url);
  await runStateMachines(trial.moto, false);
  services = await startAccountServices({
    now: () => trial.simulator.clock.now(),
    regions: { 'eu-west-1': 'ENABLED_BY_DEFAULT', 'us-east-1': 'ENABLED_BY_DEFAULT' },
  });
  athena = await startAthena({
    workgroups: { [STACK]: true },
    async engine(sql, database) {
      const { columns, rows, stats } = await trial.trino.query(sql, database);
      return { columns, rows, scannedBytes: stats.bytes };
    },
  });
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-step-functions-page-'));
  for (const name of ['package.json', 'dist', 'schemas', 'jobs/step-functions'])
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  env = {
    ...bareEnvironment(),
    ...endpoints(),
    PATH: [here('stand-ins'), dirname(program('aws')), process.env['PATH']].join(':'),
    AWS_ENDPOINT_URL: trial.moto.url,
    // Bash takes a socket on its standard input for a login from afar, unless it is another's child.
    SHLVL: '1',
    STAND_IN_AWS: program('aws'),
    STAND_IN_NODE: process.execPath,
    STAND_IN_PYTHON: program('python'),
    STAND_IN_DEPLOYABLE: here('deployable.py'),
  };
  blocks = await readBlocks();
});
afterAll(async () => {
  await Promise.all([trial, services, athena, proxy].map((peer) => peer.close()));
  await rm(folder, { recursive: true, force: true });
});

/** Where AWS is, for the commands and for the function. */
function endpoints(): Record<string, string> {
  return {
    ...awsEnvironment(trial.simulator.url, trial.moto.url),
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_STS: services.url,
    AWS_ENDPOINT_URL_ACCOUNT: services.url,
    AWS_ENDPOINT_URL_GLUE: trial.moto.url,
    AWS_ENDPOINT_URL_ATHENA: athena.url,
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_LOG_LEVEL: 'error',
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
  };
}

async function readBlocks(): Promise<readonly [string, string, string]> {
  const page = await readFile(join(ROOT, 'jobs/step-functions/README.md'), 'utf8');
  const found = Array.from(page.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block = '']) => block);
  expect(found).toHaveLength(3);
  for (const made of MADE)
    expect(
      found.some((block) => block.includes(made)),
      made,
    ).toBe(true);
  const [deploy = '', runOnce = '', moveIn = ''] = found.map((block) =>
    MADE.reduce((rest, made) => rest.replace(made, ''), block),
  );
  return [deploy.replace('MY-CODE-BUCKET', 'my-code-bucket'), runOnce, moveIn];
}

function shell(commands: string): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['-euo', 'pipefail', '-c', commands],
      { cwd: folder, env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 1, stdout, stderr }),
    );
  });
}

async function ran(commands: string): Promise<string> {
  const { code, stdout, stderr } = await shell(commands);
  if (code !== 0) throw new Error(`${commands}\n${stdout}\n${stderr}`);
  return stdout;
}

async function aws(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run('aws', [...args, '--region=us-east-1', '--output=json'], {
    AWS_ENDPOINT_URL: trial.moto.url,
  });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The function as the stack made it: its environment is the template's. */
async function deployedFunction(): Promise<LambdaFunction> {
  const listed = (await aws('lambda', 'list-functions')) as {
    readonly Functions: readonly { readonly Environment: { readonly Variables: Record<string, string> } }[];
  };
  const [{ Environment } = { Environment: { Variables: {} } }] = listed.Functions;
  expect(Environment.Variables['STACK']).toBe(STACK);
  return deployLambda({ ...Environment.Variables, ...endpoints() });
}

/** moto's CloudFormation makes state machines that do not run: they are made again as they are. */
async function letStateMachinesRun(): Promise<void> {
  const { stateMachines } = (await aws('stepfunctions', 'list-state-machines')) as {
    readonly stateMachines: readonly { readonly stateMachineArn: string }[];
  };
  const described = await Promise.all(
    stateMachines.map(({ stateMachineArn }) =>
      aws('stepfunctions', 'describe-state-machine', `--state-machine-arn=${stateMachineArn}`),
    ),
  );
  await runStateMachines(trial.moto, true);
  for (const { name, definition, roleArn } of described as readonly Readonly<Record<string, string>>[])
    await aws(
      'stepfunctions',
      'create-state-machine',
      ...[`--name=${name}`, `--definition=${definition}`, `--role-arn=${roleArn}`],
    );
}

/** Polls until the execution has ended. */
async function endOf(executionArn: string): Promise<Readonly<Record<'status' | 'cause', string>>> {
  const describe = () => aws('stepfunctions', 'describe-execution', `--execution-arn=${executionArn}`);
  await expect.poll(describe, { timeout: 120_000, interval: 500 }).not.toMatchObject({ status: 'RUNNING' });
  return (await describe()) as Readonly<Record<'status' | 'cause', string>>;
}

it('the stack is deployed, a trial moves in, a run is green, and the view answers', async () => {
  const [deploy, runOnce, moveIn] = blocks;
  await aws('s3api', 'create-bucket', '--bucket=my-code-bucket');
  expect(await ran(deploy)).toContain('Successfully created/updated stack - backup-ledger');
  expect((await stat(join(folder, 'packaged.yaml'))).size).toBeLessThan(MAX_TEMPLATE_BYTES);
  lambda = await deployedFunction();
  await letStateMachinesRun();

  const [stack = '', start = '', ...query] = runOnce.split(/\n(?=aws|node)/);
  const ledger = (await ran(`${stack}\nstack Ledger`)).trim();
  expect(ledger).toMatch(/^s3:\/\/backup-ledger-[\w-]+\/ledger$/);
  await ran('env -u BACKUP_LEDGER_S3_PATH_STYLE npx backup-ledger pull --ledger ./ledger --region eu-west-1');
  await ran(moveIn.replaceAll('s3://MY-BUCKET/ledger', ledger));

  const { executionArn } = JSON.parse(await ran(`${stack}\n${start}`)) as { readonly executionArn: string };
  const { status, cause } = await endOf(executionArn);
  expect(status, cause).toBe('SUCCEEDED');
  const answer = await ran([stack, ...query].join('\n'));
  expect(answer).toContain('us-east-1');
  expect(answer).toContain('eu-west-1');
});
