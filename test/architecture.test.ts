import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circles, isOurs, type Source, sourceOf, sourcesIn, targetOf, wordsOf } from './fixtures/sources.ts';

const sources = ['schemas', 'src', 'jobs'].flatMap(sourcesIn);
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
  report: ['ledger', 'report-data'],
  check: ['ledger'],
  doctor: ['read'],
  adapters: ['ports'],
  config: ['ledger'],
  'fan-out': ['config'],
  cli: ['fan-out'],
  simulator: ['domain'],
  'report-data': ['domain'],
  page: ['report-data'],
  jobs: ['pull', 'replay', 'verify', 'register', 'report', 'check', 'doctor', 'adapters', 'cli', 'simulator'],
};

/** Packages of others, and parts of Node, that a room may import; beside these only what is plain. */
const packages: Readonly<Record<string, RegExp>> = {
  schemas: /^json-schema-to-ts$/,
  domain: /^node:crypto$/,
  adapters: /./,
  config: /^(?:node:path|fastest-levenshtein)$/,
  cli: /^yargs$/,
  simulator: /^node:/,
  jobs: /./,
};

/** Small and plain enough to be used anywhere. */
const plain = ['p-map', 'p-limit'];

/** The room a file lies in. A room is a folder; the report's data, which its page may know, is the one file that is a room. */
function roomOf(path: string): string {
  const [top = '', next = '', ...deeper] = path.split('/');
  if (top !== 'src') return top;
  if (next === 'report' && deeper[0] === 'page') return 'page';
  if (path === 'src/report/report-data.ts') return 'report-data';
  return deeper.length > 0 ? next : next.replace(/\.ts$/, '');
}

/** A room and all it stands over. */
function reachOf(room: string): ReadonlySet<string> {
  return new Set([room, ...(over[room] ?? []).flatMap((lower) => [...reachOf(lower)])]);
}

/** Every import of a file that goes up, or that its room does not allow, as one line each. */
function trespasses({ path, imports }: Source): string[] {
  const room = roomOf(path);
  if (!over[room]) return [`${path} lies in no room`];
  const reach = reachOf(room);
  const isAllowed = (name: string): boolean =>
    isOurs(name)
      ? reach.has(roomOf(targetOf(path, name)))
      : plain.includes(name) || (packages[room]?.test(name) ?? false);
  return imports.filter((name) => !isAllowed(name)).map((name) => `${path} imports ${name}`);
}

/** Places in the given files where the code, not a string or comment, matches. */
function findings(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ path, code }) =>
    Array.from(wordsOf(code).matchAll(new RegExp(pattern.source, 'g')), ([found]) => `${path}: ${found}`),
  );
}

describe('imports only go down', () => {
  it.each(Object.keys(over))('from %s', (room) => {
    const files = sources.filter(({ path }) => roomOf(path) === room);
    expect(files).not.toEqual([]);
    expect(files.flatMap(trespasses)).toEqual([]);
  });

  it('every file lies in a room, and only errors.ts and ports.ts lie loose in src/', () => {
    expect(sources.filter(({ path }) => !over[roomOf(path)]).map(({ path }) => path)).toEqual([]);
    const loose = sources.filter(({ path }) => dirname(path) === 'src').map(({ path }) => path);
    expect(loose).toEqual(['src/errors.ts', 'src/ports.ts']);
  });

  it('no files import each other in a circle', () => {
    expect(circles(sources)).toEqual([]);
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
    ['src/check/x.ts', '../report/read-report.ts'],
    ['src/doctor/x.ts', '../pull/slice-result.ts'],
    ['src/adapters/aws/x.ts', '../../ledger/manifest.ts'],
    ['src/adapters/aws/x.ts', '../../config/values.ts'],
    ['src/config/x.ts', '../cli/main.ts'],
    ['src/fan-out/x.ts', '../cli/main.ts'],
    ['src/cli/x.ts', '../adapters/back-off.ts'],
    ['src/cli/x.ts', '../simulator/index.ts'],
    ['src/cli/x.ts', '../pull/pull-all.ts'],
    ['src/simulator/x.ts', '../config/values.ts'],
    ['src/simulator/x.ts', '../ports.ts'],
    ['src/report/report-data.ts', './build-report.ts'],
    ['src/report/page/x.ts', '../build-report.ts'],
    ['src/report/page/x.ts', '../../ledger/manifest.ts'],
    ['src/report/page/x.ts', 'node:fs'],
    ['jobs/x.ts', '../test/fixtures/build.ts'],
    ['src/new.ts', './errors.ts'],
  ])('so %s may not import %s', (path, name) => {
    expect(trespasses(sourceOf(path, `import { x } from '${name}';`))).toHaveLength(1);
  });
});

describe('only jobs/', () => {
  it.each([
    ['makes clients of AWS', /\bnew\s+\w+Client\s*\(/],
    [
      'reads the clock',
      /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bDate\s*\(\s*\)|\bperformance\s*\.\s*now\b/,
    ],
    ['reads the environment, the arguments or anything else of the process', /\bprocess\b/],
    ['rolls dice', /\bMath\s*\.\s*random\b|\brandom(?:UUID|Bytes|Int)\b|\bgetRandomValues\b/],
  ])('%s', (_what, pattern) => {
    expect(findings(belowJobs, pattern)).toEqual([]);
    const culprit = sourceOf('x.ts', 'new S3Client({}); Date.now(); const { argv } = process; Math.random()');
    expect(findings([culprit], pattern)).toHaveLength(1);
  });

  it('imports the process or the machine', () => {
    const found = belowJobs.flatMap(({ path, imports }) =>
      imports.filter((name) => /^(?:node:)?(?:process|os)$/.test(name)).map((name) => `${path}: ${name}`),
    );
    expect(found).toEqual([]);
  });
});

describe('what a terminal is given', () => {
  /** Lambda has no terminal, and the demo shows what its own simulator says. */
  const exempt = ['jobs/world/output.ts', 'jobs/lambda.ts', 'jobs/demo.ts'];
  const pattern = /\bprocess\s*\.\s*std(?:out|err)\b|\bconsole\b/;

  it('goes through one file, which makes it safe', () => {
    const files = sources.filter(({ path }) => !exempt.includes(path));
    expect(findings(files, pattern)).toEqual([]);
    const culprits = ['process.stdout.write(x)', 'console.log(x)'].map((code) => sourceOf('jobs/x.ts', code));
    expect(findings(culprits, pattern)).toHaveLength(2);
  });
});

describe('a package of others', () => {
  function packageOf(name: string): string {
    return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
  }

  /** Adapters are told apart by what they reach. */
  function reachedFrom(path: string): string {
    return roomOf(path) === 'adapters' ? dirname(path) : roomOf(path);
  }

  /** Package → the rooms that import it. That jobs/ makes the clients of AWS, and adapters use them, is no second room. */
  function roomsByPackage(files: readonly Source[]): Map<string, Set<string>> {
    const users = new Map<string, Set<string>>();
    for (const { path, imports } of files) {
      for (const name of imports
        .filter((other) => !isOurs(other) && !other.startsWith('node:'))
        .map(packageOf))
        if (!(roomOf(path) === 'jobs' && name.startsWith('@aws-sdk/client-')))
          users.set(name, (users.get(name) ?? new Set()).add(reachedFrom(path)));
    }
    return users;
  }

  const users = roomsByPackage(sources);

  it.each([...users.keys()].filter((name) => !plain.includes(name)).toSorted())(
    'is imported in one room: %s',
    (name) => {
      expect([...(users.get(name) ?? [])]).toEqual([expect.any(String)]);
    },
  );

  it('that is imported in two rooms is noticed', () => {
    const files = ['src/adapters/aws/x.ts', 'src/adapters/folder/x.ts'].map((path) =>
      sourceOf(path, "import 'pino'"),
    );
    expect(roomsByPackage(files).get('pino')?.size).toBe(2);
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
