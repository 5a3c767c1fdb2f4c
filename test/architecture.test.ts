import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/.source;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//.source;

interface Source {
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  /** As they are written: `node:fs`, `yargs`, `./x.ts`. */
  readonly imports: readonly string[];
}

function withoutComments(text: string): string {
  return text.replaceAll(
    new RegExp(`(${STRING})|${COMMENT}`, 'g'),
    (_found, string?: string) => string ?? ' ',
  );
}

/** What is left when the contents of strings are taken out as well: words here are code. */
function wordsOf(code: string): string {
  return code.replaceAll(new RegExp(STRING, 'g'), "''");
}

/** Everything that pulls in another module: import and export from, with types too, import(), require(). */
function importsOf(code: string): string[] {
  const name = /(['"`])((?:\\.|(?!\1)[^\\\n])*)\1/.source;
  const statement = new RegExp(
    String.raw`(?:\b(?:import|export)\b(?:[\s\w*{},$]*?\bfrom)?\s*|\b(?:import|require)\s*\(\s*)${name}`,
    'g',
  );
  return Array.from(code.matchAll(statement), (match) => match[2] ?? '');
}

function readSource(path: string): Source {
  const code = withoutComments(readFileSync(join(ROOT, path), 'utf8'));
  return { path, code, imports: importsOf(code) };
}

const sources = ['schemas', 'src', 'jobs']
  .flatMap((top) => readdirSync(join(ROOT, top), { recursive: true }).map((name) => join(top, String(name))))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .toSorted()
  .map(readSource);

const belowJobs = sources.filter(({ path }) => !path.startsWith('jobs/'));
const conductors = [
  'doctor',
  'doctor-checks',
  'doctor-ledger',
  'doctor-slices',
  'findings',
  'keep',
  'pages',
  'publish',
  'pull',
  'read',
  'reconcile',
  'register',
  'replay',
  'replay-into',
  'replay-plan',
  'replay-pull',
  'replay-unit',
  'report',
  'run',
  'slice-report',
  'totals',
  'verify',
  'verify-records',
  'verify-region',
];

/** The room a file of ours lies in; undefined for a file that has none. */
function roomOf(path: string): string | undefined {
  const [top = '', next = '', ...deeper] = path.split('/');
  if (top === 'schemas' || top === 'jobs') return top;
  if (top !== 'src') return undefined;
  if (deeper.length > 0) return next;
  const name = next.replace(/\.ts$/, '');
  if (name === 'errors' || name === 'ports') return name;
  return conductors.includes(name) ? 'conductors' : undefined;
}

interface Rule {
  /** Rooms it may import from, its own included where that is allowed. */
  readonly rooms: readonly string[];
  /** Single files it may import as types only. */
  readonly types?: readonly string[];
  /** Packages of others, and parts of Node, it may import; everything where this is left out. */
  readonly packages?: readonly RegExp[];
}

const stageRooms = ['schemas', 'domain', 'ports', 'errors'];

const rules: Readonly<Record<string, Rule>> = {
  schemas: { rooms: ['schemas'], packages: [/^json-schema-to-ts$/] },
  errors: { rooms: [], packages: [] },
  ports: { rooms: ['schemas', 'domain'], packages: [] },
  domain: { rooms: ['schemas', 'domain'], packages: [/^node:crypto$/] },
  stages: { rooms: stageRooms, packages: [] },
  adapters: { rooms: [...stageRooms, 'adapters'] },
  config: {
    rooms: ['schemas', 'domain', 'errors', 'config'],
    packages: [/^node:path$/, /^ms$/, /^fastest-levenshtein$/],
  },
  cli: {
    rooms: ['schemas', 'domain', 'errors', 'config', 'cli'],
    types: [
      'src/ports.ts',
      'src/pull/pull-together.ts',
      'src/register/register.ts',
      'src/verify/verify.ts',
      'src/replay/replay.ts',
    ],
    packages: [/^yargs$/],
  },
  conductors: { rooms: [...stageRooms, 'stages', 'conductors'], packages: [/^p-map$/] },
  simulator: { rooms: ['schemas', 'domain', 'errors', 'simulator'], packages: [/^node:/] },
  'report-page': { rooms: ['domain', 'report-page'], packages: [/^echarts\//] },
  jobs: { rooms: [...stageRooms, 'stages', 'adapters', 'config', 'cli', 'conductors', 'simulator', 'jobs'] },
};

function isOurs(name: string): boolean {
  return name.startsWith('.');
}

function targetOf(path: string, name: string): string {
  return normalize(join(dirname(path), name));
}

function isTypeImport({ code }: Source, name: string): boolean {
  const quoted = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`\bimport\s+type\b[^;]*?\bfrom\s*['"]${quoted}['"]`).test(code);
}

/** Every import of a file that its room does not allow, as one line each. */
function trespasses(source: Source): string[] {
  const rule = rules[roomOf(source.path) ?? ''];
  if (!rule) return [`${source.path} lies in no room`];
  return source.imports
    .filter((name) => {
      if (!isOurs(name)) return rule.packages?.every((allowed) => !allowed.test(name)) ?? false;
      const target = targetOf(source.path, name);
      if (rule.types?.includes(target) && isTypeImport(source, name)) return false;
      return !rule.rooms.includes(roomOf(target) ?? '');
    })
    .map((name) => `${source.path} imports ${name}`);
}

/** Places in the given files where the code, not a string or comment, matches. */
function findings(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ path, code }) =>
    Array.from(wordsOf(code).matchAll(new RegExp(pattern.source, 'g')), ([found]) => `${path}: ${found}`),
  );
}

describe('the reader of imports', () => {
  it('sees every way to import', () => {
    const code = withoutComments(`
      import 'a';
      import b from 'b';
      import * as c from "c";
      import { d, type D } from 'd';
      import type { E } from 'e';
      import f, { type G } from 'f';
      import {
        one,
        two as three,
      } from './g.ts';
      export { h } from 'h';
      export * from 'i';
      export type { J } from 'j';
      const k = await import('k');
      const l = await import(
        'l'
      );
      type M = import('m').M;
      const n = require('n');
      // import o from 'o';
      /* import p from 'p'; */
      const url = 'http://x'; import q from 'q';
      const text = "import r from 'r'".length;
    `);
    expect(importsOf(code.replace(`"import r from 'r'"`, '""'))).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
      './g.ts',
      'h',
      'i',
      'j',
      'k',
      'l',
      'm',
      'n',
      'q',
    ]);
  });

  it('does not take an exported value for an import', () => {
    expect(importsOf(`export const a = 'x';\nexport function b() { return 'y'; }`)).toEqual([]);
  });

  it('sees the files of the project', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.find(({ path }) => path === 'src/merge/merge.ts')?.imports).toEqual([
      '../../schemas/columns.ts',
      '../../schemas/kinds.ts',
      '../domain/row.ts',
    ]);
  });
});

describe('imports point one way', () => {
  it.each(Object.keys(rules))('from %s', (room) => {
    const files = sources.filter(({ path }) => roomOf(path) === room);
    expect(files).not.toEqual([]);
    expect(files.flatMap(trespasses)).toEqual([]);
  });

  it('and every file lies in a room', () => {
    expect(sources.filter(({ path }) => !rules[roomOf(path) ?? '']).map(({ path }) => path)).toEqual([]);
  });

  it.each([
    ['schemas/x.ts', '../src/domain/day.ts'],
    ['src/errors.ts', '../schemas/kinds.ts'],
    ['src/domain/x.ts', '../errors.ts'],
    ['src/domain/x.ts', 'ms'],
    ['src/stages/x.ts', './merge.ts'],
    ['src/stages/x.ts', '../adapters/retry.ts'],
    ['src/stages/x.ts', 'p-map'],
    ['src/stages/x.ts', 'node:fs'],
    ['src/stages/x.ts', 'node:process'],
    ['src/stages/x.ts', '@aws-sdk/client-backup'],
    ['src/adapters/x.ts', '../stages/merge.ts'],
    ['src/adapters/x.ts', '../cli/main.ts'],
    ['src/adapters/x.ts', '../config/values.ts'],
    ['src/adapters/x.ts', '../pull.ts'],
    ['src/pull/pull-together.ts', './adapters/retry.ts'],
    ['src/read/read-slice.ts', 'node:fs'],
    ['src/cli/x.ts', '../adapters/logger.ts'],
    ['src/cli/x.ts', '../stages/merge.ts'],
    ['src/cli/x.ts', '../simulator/world.ts'],
    ['src/cli/x.ts', '../run.ts'],
    ['src/cli/x.ts', '../pull.ts'],
    ['src/config/x.ts', '../cli/main.ts'],
    ['src/simulator/x.ts', '../adapters/logger.ts'],
    ['src/simulator/x.ts', '../config/values.ts'],
    ['src/report-page/x.ts', '../stages/merge.ts'],
    ['src/report-page/x.ts', 'node:fs'],
    ['jobs/x.ts', './fixtures/build.ts'],
    ['src/new.ts', './errors.ts'],
  ])('so %s may not import %s', (path, name) => {
    const code = `import { x } from '${name}';`;
    expect(trespasses({ path, code, imports: importsOf(code) })).toHaveLength(1);
  });

  it('but the command line may know the types of the pull', () => {
    const code = `import type { PullWorld } from '../pull.ts';`;
    expect(trespasses({ path: 'src/cli/x.ts', code, imports: importsOf(code) })).toEqual([]);
  });
});

describe('only jobs/', () => {
  it.each([
    ['makes clients of AWS', /\bnew\s+\w+Client\s*\(/],
    [
      'reads the clock',
      /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bDate\s*\(\s*\)|\bperformance\s*\.\s*now\b/,
    ],
    ['reads the environment, the arguments or anything else of the process', /\bprocess\s*\.\s*\w+/],
    ['rolls dice', /\bMath\s*\.\s*random\b|\brandom(?:UUID|Bytes|Int)\b|\bgetRandomValues\b/],
  ])('%s', (_what, pattern) => {
    expect(findings(belowJobs, pattern)).toEqual([]);
    expect(
      findings(
        [{ path: 'x', code: 'new S3Client({}); Date.now(); process.env; Math.random()', imports: [] }],
        pattern,
      ),
    ).toHaveLength(1);
  });

  it('imports the process or the machine', () => {
    const found = belowJobs.flatMap(({ path, imports }) =>
      imports.filter((name) => /^(?:node:)?(?:process|os)$/.test(name)).map((name) => `${path}: ${name}`),
    );
    expect(found).toEqual([]);
  });
});

describe('a package of others', () => {
  /** Small and plain enough to be used anywhere. */
  const plain = ['p-map', 'ms'];

  function packageOf(name: string): string {
    return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
  }

  const users = new Map<string, Set<string>>();
  for (const { path, imports } of sources) {
    if (!path.startsWith('src/')) continue;
    for (const name of imports.filter((other) => !isOurs(other) && !other.startsWith('node:'))) {
      users.set(packageOf(name), (users.get(packageOf(name)) ?? new Set()).add(path));
    }
  }

  it.each([...users.keys()].filter((name) => !plain.includes(name)).toSorted())(
    'is imported by one file of src/: %s',
    (name) => {
      expect([...(users.get(name) ?? [])]).toEqual([expect.any(String)]);
    },
  );

  it.each([
    '@aws-sdk/client-backup',
    '@aws-sdk/client-s3',
    'fs-native-extensions',
    'hyparquet',
    'log-update',
    'p-retry',
    'parquetjs-lite',
    'pino',
    'yargs',
  ])('is used at all: %s', (name) => {
    expect(users.has(name)).toBe(true);
  });
});

describe('exports', () => {
  it('have names: none is a default', () => {
    expect(findings(sources, /\bexport\s+default\b|\bas\s+default\b/)).toEqual([]);
  });
});
