import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { DoctorResult } from '../../schemas/doctor-result.ts';
import { CLI, runCliProcess } from '../fixtures/cli.ts';

/** The command line as it is built: a file, and those it loads later. */

const CHUNKS = fileURLToPath(new URL('../../dist/cli/', import.meta.url));
const COMMANDS = ['pull', 'plan', 'register', 'query', 'report', 'doctor', 'replay', 'verify', 'simulate'];

function versionIn(packageJson: string): string {
  return (createRequire(import.meta.url)(packageJson) as { readonly version: string }).version;
}

const AT_ONCE = /^(?:import|\} from|export \* from)\b.*?"([^"]+)";$/gm;
const LATER = /\bimport\("([^"]+)"\)/g;

/** Names a file imports, as they are written. */
function importsOf(path: string, ...ways: readonly RegExp[]): string[] {
  const code = readFileSync(path, 'utf8');
  return ways.flatMap((way) => Array.from(code.matchAll(way), ([, name]) => name ?? ''));
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The files of ours that are loaded with these, themselves included. */
function loadedWith(paths: readonly string[], ...ways: readonly RegExp[]): Set<string> {
  const loaded = new Set(paths);
  for (const path of loaded) {
    const ours = importsOf(path, ...ways).filter((name) => name.startsWith('.'));
    for (const name of ours) loaded.add(join(dirname(path), name));
  }
  return loaded;
}

const chunks = readdirSync(CHUNKS).filter((name) => name.endsWith('.js'));

describe('the bundle', () => {
  it('needs those packages alone that cannot be in it', () => {
    const all = [CLI, ...chunks.map((name) => join(CHUNKS, name))];
    const names = all.flatMap((path) => importsOf(path, AT_ONCE, LATER));
    const foreign = names.filter((name) => !name.startsWith('.') && !isBuiltin(name)).map(packageOf);
    expect([...new Set(foreign)].toSorted()).toEqual([
      '@duckdb/node-api',
      'fs-native-extensions',
      'parquetjs-lite',
    ]);
  });

  it('has no file that nothing loads, such as one of an earlier build', () => {
    const loaded = [...loadedWith([CLI], AT_ONCE, LATER)].filter((path) => path !== CLI);
    expect(loaded.toSorted()).toEqual(chunks.map((name) => join(CHUNKS, name)).toSorted());
  });

  it('knows the versions of what is in it, without a package to look into', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backup-ledger-cli-'));
    const cli = join(folder, 'jobs/backup-ledger.js');
    await cp(CLI, cli);
    await cp(CHUNKS, join(folder, 'cli'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const env = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    };
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [cli, ...args], { env, cwd: folder, encoding: 'utf8' }).stdout;
    expect(run('--version')).toBe(`${versionIn('../../package.json')}\n`);
    const doctor = [
      'doctor',
      '--json',
      '--region',
      'eu-west-1',
      '--max-attempts',
      '1',
      '--log-level',
      'silent',
    ];
    const { versions } = JSON.parse(run(...doctor)) as DoctorResult;
    expect(versions).toEqual({
      'backup-ledger': versionIn('../../package.json'),
      '@aws-sdk/client-backup': versionIn('@aws-sdk/client-backup/package.json'),
      node: process.version,
    });
    await rm(folder, { recursive: true });
  });

  it('comes with the licences of the packages in it', () => {
    const licences = readFileSync(join(CHUNKS, 'LICENSES.txt'), 'utf8');
    for (const name of ['@aws-sdk/client-backup', '@aws-sdk/client-glue', 'cli-table3', 'pino', 'yargs'])
      expect(licences).toMatch(new RegExp(`^${name} [\\d.]+ \\((?:MIT|Apache-2.0)\\)$`, 'm'));
    expect(licences).not.toMatch(/\(see its files\)$/m);
  });

  it.each(['--help', ...COMMANDS.map((command) => `${command} --help`)])(
    'lays out its help without a segmenter, which takes longer to be made than all the rest: %s',
    async (args) => {
      const trap = 'Intl.Segmenter = class { constructor() { throw new Error("a segmenter"); } };';
      const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(trap)}`;
      const { code, stderr } = await runCliProcess(args.split(' '), { NODE_OPTIONS });
      expect([code, stderr]).toEqual([0, '']);
    },
  );
});
