import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AccountServices, startAccountServices } from '../fixtures/account-services.ts';
import { type AthenaServer, startAthena } from '../fixtures/athena-server.ts';
import { type JsonService, serveJson } from '../fixtures/json-service.ts';
import { startTopicServer, type TopicServer } from '../fixtures/topic-server.ts';
import { awsEnvironment } from '../fixtures/trial.ts';
import { type LakeTrial, openLakeTrial } from './lake-trial.ts';
import { installInto, pack } from './tarball.ts';

/** Every command of these pages, in their order, in an empty folder: against a simulated AWS Backup, moto and Trino. */
const pages = ['README.md', 'jobs/README.md', 'schemas/README.md', 'schemas/PROOF.md'].map(
  (page) => new URL(`../../${page}`, import.meta.url),
);

/** Run from a fresh clone by .ci/run itself. */
const ofCheckout = ['npm ci && npm run demo', 'npm ci && npm test'];
/** The tarball stands for the registry. */
const installation = 'npm install backup-ledger';

let trial: LakeTrial;
let services: AccountServices;
let athena: AthenaServer;
let organizations: JsonService;
let sns: TopicServer;
let folder: string;
beforeAll(async () => {
  trial = await openLakeTrial({ accounts: 6 });
  services = await startAccountServices({
    now: () => trial.simulator.clock.now(),
    regions: { 'eu-west-1': 'ENABLED_BY_DEFAULT', 'us-east-1': 'ENABLED_BY_DEFAULT' },
  });
  athena = await startAthena({
    workgroups: { primary: true },
    looks: 1,
    async engine(sql, database) {
      const { columns, rows, stats } = await trial.trino.query(sql, database);
      return { columns, rows, scannedBytes: stats.bytes };
    },
  });
  const Accounts = trial.simulator.accounts.map((Id) => ({ Id, State: 'ACTIVE' }));
  organizations = await serveJson({ ListAccounts: () => ({ Accounts }) });
  sns = await startTopicServer();
  const place = { endpoint: trial.moto.url, region: 'us-east-1', forcePathStyle: true };
  const s3 = new S3Client({ ...place, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  for (const Bucket of ['my-bucket', 'my-results', 'other-bucket'])
    await s3.send(new CreateBucketCommand({ Bucket }));
  s3.destroy();
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-readme-'));
  installInto(join(folder, 'project'), pack(folder));
  await writeFile(join(folder, 'project', 'accounts.txt'), trial.simulator.accounts.slice(0, 3).join('\n'));
});
afterAll(async () => {
  await Promise.all([trial, services, athena, organizations, sns].map((peer) => peer.close()));
  await rm(folder, { recursive: true, force: true });
});

/** Commands of all blocks of shell, lines that go on put together. */
async function commands(): Promise<string[]> {
  const texts = await Promise.all(pages.map((page) => readFile(page, 'utf8')));
  const blocks = texts.flatMap((text) => [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]);
  return blocks.flatMap(([, block = '']) =>
    block
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .filter((line) => line !== ''),
  );
}

function environment(command: string): Record<string, string> {
  return {
    ...awsEnvironment(trial.simulator.url, trial.moto.url),
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_STS: services.url,
    AWS_ENDPOINT_URL_GLUE: trial.moto.url,
    AWS_ENDPOINT_URL_ACCOUNT: services.url,
    AWS_ENDPOINT_URL_ATHENA: athena.url,
    AWS_ENDPOINT_URL_ORGANIZATIONS: organizations.url,
    AWS_ENDPOINT_URL_SNS: sns.url,
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
    BACKUP_LEDGER_LOG_LEVEL: 'error',
    ...(command.includes('s3://') && { BACKUP_LEDGER_S3_PATH_STYLE: 'true' }),
  };
}

function run(command: string): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve) => {
    const options = { cwd: join(folder, 'project'), env: environment(command) };
    const child = execFile('bash', ['-c', command], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, said: `${stdout}\n${stderr}` }),
    );
  });
}

/** The pull that is withdrawn is one of the page's own day: here it is the oldest of this ledger. */
async function withPull(command: string): Promise<string> {
  if (!command.includes('--exclude')) return command;
  const pulls = join(folder, 'project/ledger/pulls');
  const names = await readdir(pulls, { recursive: true });
  const [records = ''] = names.filter((name) => name.endsWith('-any.jsonl')).toSorted();
  const [line = ''] = (await readFile(join(pulls, records), 'utf8')).split('\n');
  return command.replace(/--exclude \S+/, `--exclude ${(JSON.parse(line) as { pull: string }).pull}`);
}

/** That something is found is an answer. */
function isGood(command: string, code: number | null): boolean {
  return code === 0 || (code === 1 && command.includes(' check '));
}

it('every command works as it is written', async () => {
  const all = await commands();
  expect(all.length).toBeGreaterThan(12);
  expect(all.filter((command) => !command.startsWith('npx backup-ledger '))).toEqual([
    ...ofCheckout,
    installation,
  ]);
  // A ledger of one's own, which the README's local commands are about.
  const first = await run('npx backup-ledger pull --ledger ./ledger');
  expect(first).toMatchObject({ code: 0 });
  const ended: (readonly [command: string, code: number | null, said: string])[] = [];
  for (const command of all.filter((each) => each.startsWith('npx '))) {
    const { code, said } = await run(await withPull(command));
    if (!isGood(command, code)) ended.push([command, code, said.slice(0, 500)]);
  }
  expect(ended).toEqual([]);
});
