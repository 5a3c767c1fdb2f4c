import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsEnvironment } from '../../fixtures/trial.ts';
import { type MotoTrial, openMotoTrial } from '../moto-trial.ts';
import { bareEnvironment, type ProgramEnd } from '../python-environment.ts';
import { program, run } from '../python.ts';

/** Every command of the container's page, in its order: AWS's against moto, docker's by a stand-in. */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const STAND_INS = fileURLToPath(new URL('./stand-ins', import.meta.url));
/** Where a block is run from: the page says the root of a checkout, or names files beside it. */
const FOLDERS = ['.', '.', '.', 'jobs/container', 'jobs/container'] as const;

let trial: MotoTrial;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  trial = await openMotoTrial({ motoEnv: { MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' } });
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-container-page-'));
  await prepareCheckout();
  await prepareAccount();
  const now = new Date(trial.simulator.clock.now()).toISOString();
  const role = awsEnvironment(trial.simulator.url, trial.moto.url);
  const inside = {
    ...role,
    ...Object.fromEntries(
      ['STS', 'GLUE', 'ORGANIZATIONS', 'ATHENA'].map((name) => [`AWS_ENDPOINT_URL_${name}`, trial.moto.url]),
    ),
    BACKUP_LEDGER_NOW: now,
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_LOG_LEVEL: 'error',
  };
  env = {
    ...bareEnvironment(),
    PATH: [STAND_INS, dirname(program('aws')), process.env['PATH']].join(':'),
    AWS_ENDPOINT_URL: trial.moto.url,
    STAND_IN_AWS: program('aws'),
    // Bash takes a socket on its standard input for a login from afar, unless it is another's child.
    SHLVL: '1',
    STAND_IN_NODE: process.execPath,
    STAND_IN_ENV: Object.entries(inside)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  };
});
afterAll(async () => {
  await trial.close();
  await rm(folder, { recursive: true, force: true });
});

/** A copy of what the commands read, filled in as the page asks. */
async function prepareCheckout(): Promise<void> {
  for (const name of ['package.json', 'dist', 'jobs/container', 'jobs/iam'])
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'jobs/container/task-definition.json');
  // AWS checks an account's number; moto wants each container to say its memory, which a task on Fargate need not.
  const text = (await readFile(file, 'utf8')).replaceAll('ACCOUNT', '123456789012');
  await writeFile(file, text.replace('"essential"', '"memory": 1024, "essential"'));
}

/** What the page takes to be there: a bucket, a cluster, and tasks that end. */
async function prepareAccount(): Promise<void> {
  const { url } = trial.moto;
  const s3 = new S3Client({
    ...{ endpoint: url, region: 'us-east-1', forcePathStyle: true },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await s3.send(new CreateBucketCommand({ Bucket: 'my-bucket' }));
  s3.destroy();
  const transition = { progression: 'manual', times: 1 };
  await fetch(`${url}/moto-api/state-manager/set-transition`, {
    method: 'POST',
    body: JSON.stringify({ model_name: 'ecs::task', transition }),
  });
  await aws('ecs', 'create-cluster', '--cluster-name=MY-CLUSTER');
}

async function aws(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run('aws', [...args, '--output', 'json'], {
    AWS_ENDPOINT_URL: trial.moto.url,
  });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The account's own subnet stands for that of the page. */
async function blocks(): Promise<string[]> {
  const page = await readFile(join(ROOT, 'jobs/container/README.md'), 'utf8');
  const { Subnets } = (await aws('ec2', 'describe-subnets')) as {
    readonly Subnets: readonly { SubnetId: string }[];
  };
  return Array.from(page.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block = '']) =>
    block.replace('subnet-1', Subnets[0]?.SubnetId ?? ''),
  );
}

function shell(commands: string, cwd: string): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['-euo', 'pipefail', '-c', commands],
      { cwd, env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 1, stdout, stderr }),
    );
  });
}

it('every command works as it is written', async () => {
  const all = await blocks();
  expect(all).toHaveLength(FOLDERS.length);
  const ended: ProgramEnd[] = [];
  for (const [index, block] of all.entries())
    ended.push(await shell(block, join(folder, FOLDERS[index] ?? '.')));
  const [pulled, doctor, ...others] = ended;
  for (const { code, stderr } of [pulled, ...others].map((end) => end ?? { code: 1, stderr: 'not run' }))
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  expect(pulled?.stdout).toContain('"outcome":"ok"');
  // What it finds in an account without a catalog is an answer; that it was let in is what the page promises.
  expect(doctor?.stdout).toMatch(/^ok +credentials: /m);
  expect(doctor?.stdout).toMatch(/^ok +ledger: /m);
});

it('made roles, log group, repository and task definition', async () => {
  const described = await aws('ecs', 'describe-task-definition', '--task-definition', 'backup-ledger');
  expect(described).toMatchObject({
    taskDefinition: {
      family: 'backup-ledger',
      requiresCompatibilities: ['FARGATE'],
      runtimePlatform: { cpuArchitecture: 'ARM64' },
      containerDefinitions: [{ name: 'backup-ledger', readonlyRootFilesystem: true, command: ['pull'] }],
    },
  });
  const role = '--role-name=backup-ledger-task';
  const policies = { PolicyNames: ['pull', 'register', 'check'] };
  expect(await aws('iam', 'list-role-policies', role)).toMatchObject(policies);
  const attached = await aws('iam', 'list-attached-role-policies', '--role-name=backup-ledger-execution');
  expect(attached).toMatchObject({
    AttachedPolicies: [{ PolicyName: 'AmazonECSTaskExecutionRolePolicy' }],
  });
  expect(await aws('ecr', 'describe-repositories')).toMatchObject({
    repositories: [{ repositoryName: 'backup-ledger', imageTagMutability: 'IMMUTABLE' }],
  });
});
