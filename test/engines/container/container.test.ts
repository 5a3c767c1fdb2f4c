import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expectedRows, withoutObservation } from '../../fixtures/trial.ts';
import { awsEnvironment } from '../../fixtures/trial.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMotoTrial } from '../moto-trial.ts';
import { type Moto, startMoto } from '../moto.ts';
import { run } from '../python.ts';

/** There is no engine to build the image with: it is linted, and what it would hold is put together and run. */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DOCKERFILE = join(ROOT, 'jobs/container/Dockerfile');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-image-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the Dockerfile', () => {
  it('has nothing hadolint objects to', async () => {
    expect(await run('hadolint', ['--no-color', DOCKERFILE])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('copies what is there and what the build context lets in', async () => {
    const text = await readFile(DOCKERFILE, 'utf8');
    const sources = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(sources.length).toBeGreaterThan(5);
    const allowed = (await readFile(`${DOCKERFILE}.dockerignore`, 'utf8')).match(/^!.+$/gm) ?? [];
    for (const source of new Set(sources)) {
      expect(await stat(join(ROOT, source))).toBeDefined();
      expect(allowed).toContain(`!${source}`);
    }
  });

  it('ends in an image without a shell, and not as root', async () => {
    const text = await readFile(DOCKERFILE, 'utf8');
    const [last = ''] = text.split(/^FROM /m).slice(-1);
    expect(last).toMatch(/^gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/m);
    expect(last).toMatch(/^USER 65532:65532$/m);
    expect(last).not.toMatch(/^RUN /m);
    expect(last).toMatch(/^ENTRYPOINT \["/m);
  });
});

describe("the policies of Airflow's workers", () => {
  let moto: Moto;
  beforeEach(async () => {
    moto = await startMoto();
  });
  afterEach(() => moto.close());

  it.each(['worker-ecs-policy.json', 'worker-lambda-policy.json'])(
    '%s is one that IAM takes',
    async (name) => {
      const document = `file://${join(ROOT, 'jobs/airflow', name)}`;
      const made = await run(
        'aws',
        ['iam', 'create-policy', '--policy-name=worker', '--policy-document', document],
        {
          AWS_ENDPOINT_URL: moto.url,
        },
      );
      expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('policy/worker') as string });
    },
  );
});

it('what is in the image pulls, without the parts that only develop and the local engine', async () => {
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'dist']) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  execFileSync('npm', ['ci', '--omit=dev', '--omit=optional', '--no-audit'], {
    cwd: folder,
    stdio: 'ignore',
  });
  expect(await readdir(join(folder, 'node_modules'))).not.toContain('@duckdb');
  const trial = await openMotoTrial();
  const now = new Date(trial.simulator.clock.now()).toISOString();
  const flags = ['--ledger', trial.ledger, '--s3-path-style', '--now', now, '--log-level', 'error'];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['dist/jobs/backup-ledger.js', 'pull', ...flags],
    {
      cwd: folder,
      env: { NODE_ENV: 'production', ...awsEnvironment(trial.simulator.url, trial.moto.url) },
    },
  );
  const rows = withoutObservation(await trial.rows());
  const truth = expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' }));
  await trial.close();
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'ok' });
  expect(stderr).toBe('');
  expect(rows).toEqual(truth);
});
