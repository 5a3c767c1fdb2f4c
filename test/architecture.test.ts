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

/** The rooms each room stands over; it may import from these, from what those stand over, and from itself. */
const over: Readonly<Record<string, readonly string[]>> = {
  schemas: [],
  errors: [],
  domain: ['schemas', 'errors'],
  ports: ['domain'],
  ledger: ['ports'],
  read: ['ledger'],
  merge: ['ledger'],
  pull: ['read', 'merge'],
  replay: ['read', 'merge'],
  verify: ['ledger'],
  register: ['ledger'],
  report: ['ledger'],
  doctor: ['read'],
  adapters: ['ports'],
  config: ['ledger'],
  'fan-out': ['config'],
  cli: ['fan-out'],
  simulator: ['domain'],
  page: ['report'],
  jobs: [
    'pull',
    'replay',
    'verify',
    'register',
    'report',
    'doctor',
    'adapters',
    'fan-out',
    'cli',
    'simulator',
  ],
};

/** The rooms whose types the command line may name, so that it can be handed their work. */
const commandRooms = ['pull', 'replay', 'verify', 'register'];

/** Packages of others, and parts of Node, that a room may import; beside these only what is plain. */
const packages: Readonly<Record<string, RegExp>> = {
  schemas: /^json-schema-to-ts$/,
  domain: /^node:crypto$/,
  adapters: /./,
  config: /^(?:node:path|fastest-levenshtein)$/,
  cli: /^yargs$/,
  simulator: /^node:/,
  page: /^echarts\//,
  jobs: /./,
};

/** Small and plain enough to be used anywhere. */
const plain = ['p-map', 'p-limit'];

/** The room a file lies in; undefined for one that lies in none. */
function roomOf(path: string): string | undefined {
  const [top = '', next = '', ...deeper] = path.split('/');
  if (top === 'schemas' || top === 'jobs') return top;
  if (top !== 'src') return undefined;
  if (next === 'report' && deeper[0] === 'page') return 'page';
  return deeper.length > 0 ? next : next.replace(/\.ts$/, '');
}

/** A room and all it stands over. */
function reachOf(room: string): ReadonlySet<string> {
  return new Set([room, ...(over[room] ?? []).flatMap((lower) => [...reachOf(lower)])]);
}

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

/** Every import of a file that goes up, or that its room does not allow, as one line each. */
function trespasses(source: Source): string[] {
  const room = roomOf(source.path) ?? '';
  if (!over[room]) return [`${source.path} lies in no room`];
  const reach = reachOf(room);
  return source.imports
    .filter((name) => {
      if (!isOurs(name)) return !plain.includes(name) && !(packages[room]?.test(name) ?? false);
      const target = roomOf(targetOf(source.path, name)) ?? '';
      if (room === 'cli' && commandRooms.includes(target)) return !isTypeImport(source, name);
      return !reach.has(target);
    })
    .map((name) => `${source.path} imports ${name}`);
}

/** Files that import each other in a circle, by way of others or not. */
function circles(files: readonly Pick<Source, 'path' | 'imports'>[]): string[][] {
  const targets = new Map(
    files.map(({ path, imports }) => [path, imports.filter(isOurs).map((name) => targetOf(path, name))]),
  );
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) found.push(way.slice(way.indexOf(path)));
    if (way.includes(path) || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
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
    expect(sources.find(({ path }) => path === 'src/domain/row.ts')?.imports).toContain('./day.ts');
  });
});

function sourceOf(path: string, code: string): Source {
  return { path, code, imports: importsOf(code) };
}

describe('imports only go down', () => {
  it.each(Object.keys(over))('from %s', (room) => {
    const files = sources.filter(({ path }) => roomOf(path) === room);
    expect(files).not.toEqual([]);
    expect(files.flatMap(trespasses)).toEqual([]);
  });

  it('every file lies in a room, and only errors.ts and ports.ts lie loose in src/', () => {
    expect(sources.filter(({ path }) => !over[roomOf(path) ?? '']).map(({ path }) => path)).toEqual([]);
    const loose = sources.filter(({ path }) => /^src\/[^/]+$/.test(path)).map(({ path }) => path);
    expect(loose).toEqual(['src/errors.ts', 'src/ports.ts']);
  });

  it('no files import each other in a circle', () => {
    expect(circles(sources)).toEqual([]);
    const tied = [
      sourceOf('src/a.ts', "import './b.ts'"),
      sourceOf('src/b.ts', "import './c.ts'"),
      sourceOf('src/c.ts', "import type { X } from './b.ts'"),
    ];
    expect(circles(tied)).toEqual([['src/b.ts', 'src/c.ts']]);
  });

  it.each([
    ['schemas/x.ts', '../src/domain/day.ts'],
    ['src/errors.ts', '../schemas/kinds.ts'],
    ['src/domain/x.ts', '../ports.ts'],
    ['src/domain/x.ts', 'ms'],
    ['src/ledger/x.ts', '../merge/merge.ts'],
    ['src/ledger/x.ts', 'node:fs'],
    ['src/merge/x.ts', '../read/pages.ts'],
    ['src/merge/x.ts', '../adapters/back-off.ts'],
    ['src/merge/x.ts', '@aws-sdk/client-backup'],
    ['src/read/x.ts', 'node:process'],
    ['src/pull/x.ts', '../replay/plan.ts'],
    ['src/replay/x.ts', '../pull/pull-all.ts'],
    ['src/verify/x.ts', '../merge/merge.ts'],
    ['src/doctor/x.ts', '../pull/slice-result.ts'],
    ['src/adapters/aws/x.ts', '../../ledger/manifest.ts'],
    ['src/adapters/aws/x.ts', '../../config/values.ts'],
    ['src/config/x.ts', '../cli/main.ts'],
    ['src/cli/x.ts', '../adapters/back-off.ts'],
    ['src/cli/x.ts', '../simulator/index.ts'],
    ['src/cli/x.ts', '../pull/pull-all.ts'],
    ['src/simulator/x.ts', '../config/values.ts'],
    ['src/report/page/x.ts', '../../merge/merge.ts'],
    ['src/report/page/x.ts', 'node:fs'],
    ['jobs/x.ts', '../test/fixtures/build.ts'],
    ['src/new.ts', './errors.ts'],
  ])('so %s may not import %s', (path, name) => {
    expect(trespasses(sourceOf(path, `import { x } from '${name}';`))).toHaveLength(1);
  });

  it('but the command line may know the types of the work it is handed', () => {
    const source = sourceOf('src/cli/x.ts', `import type { PullWorld } from '../pull/pull-region.ts';`);
    expect(trespasses(source)).toEqual([]);
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
  function packageOf(name: string): string {
    return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
  }

  /** Package → the rooms of src/ that import it; adapters are told apart by what they reach. */
  function roomsByPackage(files: readonly Pick<Source, 'path' | 'imports'>[]): Map<string, Set<string>> {
    const users = new Map<string, Set<string>>();
    for (const { path, imports } of files.filter((file) => file.path.startsWith('src/'))) {
      for (const name of imports.filter((other) => !isOurs(other) && !other.startsWith('node:')))
        users.set(packageOf(name), (users.get(packageOf(name)) ?? new Set()).add(dirname(path)));
    }
    return users;
  }

  const users = roomsByPackage(sources);

  it.each([...users.keys()].filter((name) => !plain.includes(name)).toSorted())(
    'is imported in one room of src/: %s',
    (name) => {
      expect([...(users.get(name) ?? [])]).toEqual([expect.any(String)]);
    },
  );

  it('that is imported in two rooms is noticed', () => {
    const files = ['src/adapters/aws/x.ts', 'src/cli/x.ts'].map((path) => sourceOf(path, "import 'yargs'"));
    expect(roomsByPackage(files).get('yargs')?.size).toBe(2);
  });

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
