import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataIn, jobsIn } from '../fixtures/report.ts';
import { awsEnvironment, expectedRows, openTrial, withoutObservation } from '../fixtures/trial.ts';
import { nodeFolder, nodeVersions } from './nodes.ts';
import { installInto, pack, type Tarball } from './tarball.ts';

/** The packed package, installed into empty folders and run by each Node.js it is for. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let tarball: Tarball;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-pack-'));
  tarball = pack(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with this Node.js in this folder. */
function run(
  cwd: string,
  version: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const PATH = [nodeFolder(version), process.env['PATH']].join(':');
  const [program = '', ...others] = args;
  return new Promise((resolve) => {
    const child = execFile(
      program,
      others,
      { cwd, env: { PATH, HOME: cwd, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

function install(name: string, ...flags: readonly string[]): string {
  const place = join(folder, name);
  installInto(place, tarball, ...flags);
  return place;
}

describe('the tarball', () => {
  it('holds what a user needs and nothing else', () => {
    const { files } = tarball;
    const tops = new Set(
      files.map((path) =>
        path
          .split('/')
          .slice(0, path.startsWith('dist/') ? 2 : 1)
          .join('/'),
      ),
    );
    expect([...tops].toSorted()).toEqual(
      [
        'CHANGELOG.md',
        'CONTRIBUTING.md',
        'LICENSE',
        'README.md',
        'dist/jobs',
        'dist/lambda',
        'dist/report',
        'dist/schemas',
        'dist/src',
        'jobs',
        'package.json',
        'schemas',
        'src',
        'test',
      ].toSorted(),
    );
    // What the README shows and refers to.
    expect(files.filter((path) => /^(?:src|test)\//.test(path))).toEqual([
      'src/report/page/report.png',
      'test/bench/RESULTS.md',
    ]);
    expect(files.filter((path) => /\.env|\.log$|__pycache__|Dockerfile/.test(path))).toEqual([]);
    expect(files.filter((path) => path.startsWith('jobs/') && path.endsWith('.ts'))).toEqual([]);
    for (const kit of ['iam', 'airflow', 'step-functions', 'terraform', 'container'])
      expect(files.some((path) => path.startsWith(`jobs/${kit}/`))).toBe(true);
  });

  it('has no link or picture on its pages that leads to nothing in it', async () => {
    const { files } = tarball;
    const pages = files.filter((path) => path.endsWith('.md'));
    const isThere = (path: string) => files.some((file) => file === path || file.startsWith(`${path}/`));
    const broken: string[] = [];
    for (const page of pages) {
      const links = (await readFile(join(ROOT, page), 'utf8')).matchAll(/\]\(([^)\s]+)\)/g);
      for (const [, link = ''] of links) {
        const [path = ''] = link.split('#');
        if (!/^(?:https?:|$)/.test(path) && !isThere(join(dirname(page), path)))
          broken.push(`${page}: ${link}`);
      }
    }
    expect([pages.length > 8, broken]).toEqual([true, []]);
  });
});

describe.each(nodeVersions)('on Node.js %s', (version) => {
  let place: string;
  beforeAll(() => {
    place = install(`node-${version}`, '--omit=optional');
  });

  it('runs by npx, and pulls', async () => {
    const { stdout: shown } = await run(place, version, ['node', '--version']);
    expect(shown.trim()).toBe(`v${version}`);
    const trial = await openTrial();
    const now = new Date(trial.simulator.clock.now()).toISOString();
    const pull = [
      'npx',
      '--no-install',
      'backup-ledger',
      'pull',
      '--ledger',
      trial.ledger,
      '--now',
      now,
      '--log-level',
      'error',
    ];
    const { code, stdout, stderr } = await run(place, version, pull, awsEnvironment(trial.simulator.url));
    expect([code, stderr.replaceAll(/^npm warn.*\n/gm, '')]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'ok' });
    const rows = withoutObservation(await trial.rows());
    expect(rows).toEqual(expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' })));

    const query = await run(place, version, [
      'npx',
      '--no-install',
      'backup-ledger',
      'query',
      '--ledger',
      trial.ledger,
      'SELECT 1',
    ]);
    expect(query.code).toBe(78);
    expect(query.stderr).toContain('needs the package @duckdb/node-api');
    await trial.close();
  });

  it('is a library, with types', async () => {
    const script = `
      import { exitCodes, pull, query, verify } from 'backup-ledger';
      console.log(JSON.stringify([typeof pull, typeof verify, typeof query, exitCodes['retry-later']]));`;
    await writeFile(join(place, 'use.mjs'), script);
    const { stdout, stderr } = await run(place, version, ['node', 'use.mjs']);
    expect([stdout, stderr]).toEqual(['["function","function","function",75]\n', '']);
  });
});

it('its declarations compile in a strict project of somebody else', async () => {
  const place = install('types', '--omit=optional');
  await writeFile(
    join(place, 'use.ts'),
    `import { pull, query, verify, type PullResult, type Row } from 'backup-ledger';
export async function use(): Promise<PullResult['exit_code']> {
  const { exit_code } = await pull({ ledger: './x', kind: ['copy'], 'page-size': 100 });
  const rows: Row[] = [];
  for await (const row of query('SELECT 1', {})) rows.push(row);
  await verify();
  // @ts-expect-error flags are named by text
  await pull(5);
  return exit_code;
}
`,
  );
  const options = [
    '--strict',
    '--noEmit',
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--types',
    'node',
    '--typeRoots',
  ];
  const tsc = [join(ROOT, 'node_modules/.bin/tsc'), ...options, join(ROOT, 'node_modules/@types'), 'use.ts'];
  const { code, stdout } = await run(place, nodeVersions[1], tsc);
  expect([code, stdout]).toEqual([0, '']);
});

it('with the optional engine it answers SQL on a local ledger', async () => {
  const place = install('whole');
  expect(await readdir(join(place, 'node_modules'))).toContain('@duckdb');
  const trial = await openTrial();
  await trial.pull();
  const args = [
    'npx',
    '--no-install',
    'backup-ledger',
    'query',
    '--ledger',
    trial.ledger,
    'SELECT count(*) AS n FROM copy_job_summaries',
  ];
  const { stdout } = await run(place, nodeVersions[1], args);
  expect(stdout).toBe(`n\n${(await trial.rows()).length}\n`);
  const report = await run(place, nodeVersions[1], [
    'npx',
    '--no-install',
    'backup-ledger',
    'report',
    '--ledger',
    trial.ledger,
    '--out',
    'r.html',
  ]);
  expect(report.code).toBe(0);
  expect(jobsIn(dataIn(join(place, 'r.html')))).toBeGreaterThan(0);
  await trial.close();
});
