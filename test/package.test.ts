import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
}

interface Package {
  readonly name: string;
  readonly license: string;
  readonly type: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
}

const pkg = JSON.parse(read('package.json')) as Package;
const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> };
const dependencies = Object.entries({
  ...pkg.dependencies,
  ...pkg.optionalDependencies,
  ...pkg.devDependencies,
});

describe('package.json', () => {
  it('names a command that is there after a build and that a shell can run', () => {
    const bin = pkg.bin['backup-ledger'] ?? '';
    expect(bin).toBe('dist/jobs/backup-ledger.js');
    expect(read(bin).split('\n')[0]).toBe('#!/usr/bin/env node');
  });

  it.each(dependencies)('pins %s exactly: %s', (_name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
  });

  it.each(dependencies)('pins %s to the version that is locked: %s', (name, version) => {
    expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
  });

  it('runs on Node 20.19 and later', () => {
    expect(pkg.engines).toEqual({ node: '>=20.19' });
  });

  it.each(['build', 'typecheck', 'lint', 'test', 'test:engines', 'bench', 'demo', 'check'])(
    'has the script %s',
    (name) => {
      expect(pkg.scripts[name]).toEqual(expect.any(String));
    },
  );

  it('ships the build, the schemas and the kits, and each is there', () => {
    expect(pkg.files).toEqual(
      expect.arrayContaining([
        'dist',
        'schemas/**/*.json',
        'schemas/athena',
        'jobs/airflow',
        'jobs/step-functions',
        'jobs/terraform',
      ]),
    );
    for (const name of pkg.files.filter((file) => !/[!*]/.test(file)))
      expect([name, existsSync(new URL(`../${name}`, import.meta.url))]).toEqual([name, true]);
  });

  it('has the MIT license, and its text beside it', () => {
    expect(pkg.license).toBe('MIT');
    expect(read('LICENSE')).toMatch(/^MIT License\n/);
  });

  it('is made of modules', () => {
    expect(pkg.type).toBe('module');
  });

  it.each(['@aws-sdk/client-backup', '@aws-sdk/client-s3', 'parquetjs-lite', 'p-retry', 'yargs'])(
    'needs %s to run',
    (name) => {
      expect(pkg.dependencies).toHaveProperty([name]);
    },
  );

  it('runs without DuckDB, all but SQL on a local ledger', () => {
    expect(Object.keys(pkg.optionalDependencies)).toEqual(['@duckdb/node-api']);
  });

  it('needs vitest to be tested', () => {
    expect(pkg.devDependencies).toHaveProperty('vitest');
  });
});

describe('before it is published', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backup-ledger-publishable-'));
    await cp(new URL('../.ci', import.meta.url), join(folder, '.ci'), { recursive: true });
    await writeFile(join(folder, 'CHANGELOG.md'), read('CHANGELOG.md'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function judged(change: object) {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ ...pkg, ...change }));
    const { status, stderr } = spawnSync(process.execPath, [join(folder, '.ci/publishable.mjs')], {
      encoding: 'utf8',
    });
    return { status, stderr };
  }
  const repository = { type: 'git', url: 'git+https://example.com/backup-ledger.git' };

  it('the package must say where it is built, because its provenance does', async () => {
    const { status, stderr } = await judged({ repository: undefined });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^package\.json: expected repository\.url/);
  });

  it('its version must have a day in the changelog', async () => {
    expect(await judged({ repository })).toEqual({ status: 0, stderr: '' });
    const { status, stderr } = await judged({ repository, version: '9.9.9' });
    expect(status).toBe(1);
    expect(stderr).toBe('CHANGELOG.md: expected a section "## [9.9.9] - <date>"\n');
  });
});

describe('package-lock.json', () => {
  it('names no host: every mirror and proxy can serve it', () => {
    const hosts = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
    expect(hosts).toEqual([]);
  });
});
