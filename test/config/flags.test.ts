import { kindNames } from '../../schemas/kinds.ts';
import { resolve as resolvePath } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkFlags,
  planFlags,
  pullFlags,
  queryFlags,
  registerFlags,
  replayFlags,
  simulateFlags,
  verifyFlags,
} from '../../src/config/flags.ts';
import { resolveFlags, variableOf } from '../../src/config/resolve.ts';

type Examples<F> = Readonly<
  Record<
    keyof F,
    {
      /** What each source says (flag, environment, file), and the value it means. */
      readonly good: readonly [unknown, unknown, unknown];
      readonly meant: readonly [unknown, unknown, unknown];
      readonly otherwise: unknown;
      readonly wrong: readonly unknown[];
    }
  >
>;

function folder(path: string) {
  return { type: 'folder', path: resolvePath(path) };
}

/** An example whose values are meant as they are written. */
function words(good: readonly [string, string, string], otherwise: unknown, wrong: readonly unknown[]) {
  return { good, meant: good, otherwise, wrong };
}

function numbers(good: readonly [number, number, number], otherwise: unknown, wrong: readonly unknown[]) {
  const [flag, variable, file] = good;
  return { good: [String(flag), String(variable), file] as const, meant: good, otherwise, wrong };
}

const aSwitch = {
  good: [true, 'false', true],
  meant: [true, false, true],
  otherwise: false,
  wrong: ['yeah', 'in', '2'],
} as const;

function list(good: readonly [string, string, string], otherwise: unknown, wrong: readonly unknown[]) {
  const [flag, variable, file] = good;
  return {
    good: [[flag], variable, [file]] as const,
    meant: [[flag], [variable], [file]] as const,
    otherwise,
    wrong,
  };
}

const anInstant = {
  good: ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z', '2026-11-03T00:00:00Z'],
  meant: [1, 2, 3].map((day) => Date.UTC(2026, 10, day)) as unknown as [number, number, number],
  otherwise: undefined,
  wrong: ['yesterday', '2026-11-01', '0'],
} as const;

const ofPull: Examples<typeof pullFlags> = {
  ledger: {
    good: ['one', 's3://my-bucket/two', 'three'],
    meant: [folder('one'), { type: 's3', bucket: 'my-bucket', prefix: 'two' }, folder('three')],
    otherwise: folder('ledger'),
    wrong: ['s3://B', 's3://my-bucket/../x', 'gs://bucket/x', ['a', 'b']],
  },
  'expected-bucket-owner': words(['111111111111', '222222222222', '333333333333'], undefined, [
    '1',
    'me',
    'ANY',
  ]),
  'kms-key': words(['alias/a', 'alias/b', 'alias/c'], undefined, ['\ud800', ['a', 'b']]),
  's3-path-style': aSwitch,
  kind: list(['backup', 'restore', 'scan'], ['copy'], ['copies', 'copy,', 'COPY']),
  region: list(['eu-west-1', 'us-east-1', 'ap-south-1'], [], ['mars', 'eu-west-1;us-east-1', '../x-1']),
  'aggregation-period': words(['ONE_DAY', 'SEVEN_DAYS', 'FOURTEEN_DAYS'], 'ONE_DAY', ['HOURLY', 'one_day']),
  accounts: list(['111111111111', '222222222222', '333333333333'], [], ['1', 'ANY', '@accounts.txt']),
  'assume-role': words(
    [
      'arn:aws:iam::{account}:role/a',
      'arn:aws-us-gov:iam::{account}:role/path/b',
      'arn:aws:iam::{account}:role/c',
    ],
    undefined,
    ['role/a', 'arn:aws:iam::111111111111:role/a', 'arn:aws:iam::{account}:user/a'],
  ),
  account: words(['111111111111', 'ANY', 'AGGREGATE_ALL'], 'ANY', ['1', 'any', '111111111111,222222222222']),
  state: words(['FAILED', 'ANY', 'AGGREGATE_ALL'], 'ANY', [['FAILED', 'PARTIAL']]),
  'resource-type': words(['EBS', 'Storage Gateway', 'S3'], 'ANY', [['EBS', 'S3']]),
  'message-category': words(['Success', 'AccessDenied', 'x'], 'ANY', [['a', 'b']]),
  table: words(['one', 'two', 'three'], undefined, ['raw', 'pulls', 'A', 'a-b', '../a', '1a']),
  'page-size': numbers([1, 500, 100], 500, ['0', '501', 'many', '1.5', '-1']),
  'max-rate': {
    good: ['1', '1000', '5'],
    meant: [1, 1000, 5],
    otherwise: undefined,
    wrong: ['0', '1001', 'x'],
  },
  concurrency: numbers([1, 256, 4], 16, ['0', '257', 'x']),
  'max-attempts': numbers([1, 100, 5], 10, ['0', '101', 'x']),
  'max-pages': numbers([1, 1_000_000, 5], 10_000, ['0', '1000001', 'x']),
  'max-rejects': numbers([0, 1_000_000, 5], 0, ['-1', '1000001', 'x']),
  'min-accounts': numbers([0, 1_000_000, 5], 0, ['-1', '1000001', 'x']),
  reconcile: words(['off', 'require', 'warn'], 'warn', ['on', 'OFF', ['warn', 'off']]),
  deadline: {
    good: ['30s', '15m', '2d'],
    meant: [30_000, 900_000, 172_800_000],
    otherwise: 3_600_000,
    wrong: ['30', '0s', '1y', 'soon'],
  },
  'no-raw': aSwitch,
  'dry-run': aSwitch,
  metrics: words(['emf', 'none', 'emf'], 'none', ['EMF', 'statsd']),
  json: aSwitch,
  'log-format': words(['pretty', 'json', 'pretty'], undefined, ['xml', 'JSON']),
  'log-level': words(['trace', 'error', 'silent'], 'info', ['loud', 'INFO']),
  progress: words(['auto', 'always', 'never'], 'auto', ['true', 'sometimes']),
  config: words(['a.json', 'b.json', 'c.json'], undefined, [['a.json', 'b.json']]),
  now: anInstant,
};

const aDay = words(['2026-11-01', '2026-11-02', '2026-11-03'], undefined, [
  '2026-11-31',
  'yesterday',
  '1.1.2026',
]);

const ofVerify: Examples<typeof verifyFlags> = {
  ledger: ofPull.ledger,
  'expected-bucket-owner': ofPull['expected-bucket-owner'],
  'kms-key': ofPull['kms-key'],
  's3-path-style': aSwitch,
  'max-attempts': ofPull['max-attempts'],
  'max-age': {
    good: ['30m', '36h', '10d'],
    meant: [1_800_000, 129_600_000, 864_000_000],
    otherwise: 129_600_000,
    wrong: ['36', '0h', 'a day'],
  },
  since: aDay,
  raw: words(['all', 'recent', 'none'], 'all', ['some', 'ALL']),
  deadline: ofPull.deadline,
  json: aSwitch,
  'log-format': ofPull['log-format'],
  'log-level': ofPull['log-level'],
  progress: ofPull.progress,
  config: ofPull.config,
  now: anInstant,
};

const ofReplay: Examples<typeof replayFlags> = {
  ledger: ofPull.ledger,
  'expected-bucket-owner': ofPull['expected-bucket-owner'],
  'kms-key': ofPull['kms-key'],
  's3-path-style': aSwitch,
  'max-attempts': ofPull['max-attempts'],
  into: { ...ofPull.ledger, otherwise: undefined },
  from: aDay,
  to: aDay,
  kind: list(['backup', 'restore', 'scan'], [...kindNames], ['copies', 'copy,', 'COPY']),
  region: ofPull.region,
  exclude: list(['a.json', 'pulls/x/b.json', 'raw/c'], [], ['a,', '\ud800']),
  deadline: ofPull.deadline,
  json: aSwitch,
  'log-format': ofPull['log-format'],
  'log-level': ofPull['log-level'],
  progress: ofPull.progress,
  config: ofPull.config,
  now: anInstant,
};

const ofAthena = {
  database: words(['one', 'two_2', 'three'], 'backup_ledger', ['One', '1a', 'a-b', '']),
  workgroup: words(['one', 'two', 'three'], undefined, [['a', 'b']]),
  'output-location': words(['s3://results', 's3://results/', 's3://results/a/b'], undefined, [
    'results',
    's3://B/x',
    's3://',
  ]),
};

const ofOutput = {
  'log-format': ofPull['log-format'],
  'log-level': ofPull['log-level'],
  progress: ofPull.progress,
  config: ofPull.config,
  now: anInstant,
};

const ofLedger = {
  ledger: ofPull.ledger,
  'expected-bucket-owner': ofPull['expected-bucket-owner'],
  'kms-key': ofPull['kms-key'],
  's3-path-style': aSwitch,
  'max-attempts': ofPull['max-attempts'],
  deadline: ofPull.deadline,
};

const ofRegister: Examples<typeof registerFlags> = {
  ...ofLedger,
  ...ofAthena,
  ...ofOutput,
  'first-day': aDay,
  print: aSwitch,
  'dry-run': aSwitch,
};

const ofQuery: Examples<typeof queryFlags> = {
  ...ofLedger,
  ...ofAthena,
  ...ofOutput,
  sql: words(['SELECT 1', 'SELECT 2', 'SELECT 3'], undefined, [['SELECT 1', 'SELECT 2']]),
  file: words(['a.sql', 'b.sql', 'c.sql'], undefined, [['a.sql', 'b.sql']]),
  format: words(['table', 'csv', 'jsonl'], undefined, ['xml', 'CSV']),
};

const ofCheck: Examples<typeof checkFlags> = {
  ...ofLedger,
  ...ofAthena,
  ...ofOutput,
  'min-success': {
    good: ['95', '0.995', 90],
    meant: [95, 99.5, 90],
    otherwise: undefined,
    wrong: ['101', '-1', '1e1', 'all', '100.5%'],
  },
  'max-fall': numbers([0, 100, 5], 10, ['101', '-1', '1.5']),
  'max-silent-days': numbers([1, 3650, 5], 7, ['0', '3651', '7d']),
  'expect-accounts': list(
    ['111111111111', 'organizations', '333333333333'],
    [],
    ['1', 'ANY', '@accounts.txt'],
  ),
  'max-age': ofVerify['max-age'],
  since: aDay,
  json: aSwitch,
  'sns-topic': words(
    [
      'arn:aws:sns:eu-west-1:111111111111:backups',
      'arn:aws-us-gov:sns:us-gov-west-1:111111111111:b_1',
      'arn:aws:sns:ap-southeast-2:111111111111:c-2',
    ],
    undefined,
    [
      'backups',
      'arn:aws:sqs:eu-west-1:111111111111:backups',
      'arn:aws:sns:eu-west-1:111111111111:backups.fifo',
    ],
  ),
  always: aSwitch,
};

const ofSimulate: Examples<typeof simulateFlags> = {
  port: numbers([0, 65_535, 4010], 0, ['65536', '-1', 'http']),
  latency: numbers([0, 60_000, 150], 0, ['60001', '1.5', '30s']),
  faults: {
    good: ['[]', '[1]', '[2]'],
    meant: [[], [1], [2]],
    otherwise: undefined,
    wrong: ['{', 'throttling'],
  },
  seed: numbers([0, 4_294_967_295, 5], 1, ['4294967296', '-1', 'x']),
  accounts: numbers([1, 100_000, 5], undefined, ['0', '100001', 'x']),
  summaries: numbers([10, 1_000_000, 500], 1000, ['9', '1000001', 'x']),
  churn: numbers([0, 1, 0.5], 0, ['2', '-0.1', '50%']),
  'count-on': words(['creation', 'completion', 'last-change'], 'creation', ['start']),
  'count-jobs': words(['all', 'top-level', 'leaves'], 'all', ['parents']),
  'day-zone': words(['utc', 'region', 'region-unsaid'], 'utc', ['local']),
  composites: numbers([0, 1, 0.5], 0, ['2', '-0.1', '50%']),
  window: words(['13', '15', 'rolling'], '14', ['12', '16', 'sliding']),
  'show-today': aSwitch,
  'zero-rows': aSwitch,
  'foreign-region-rows': aSwitch,
  now: anInstant,
  config: words(['a.json', 'b.json', 'c.json'], undefined, [['a.json', 'b.json']]),
};

describe.each([
  ['pull', pullFlags, ofPull],
  ['verify', verifyFlags, ofVerify],
  ['replay', replayFlags, ofReplay],
  ['register', registerFlags, ofRegister],
  ['query', queryFlags, ofQuery],
  ['check', checkFlags, ofCheck],
  ['simulate', simulateFlags, ofSimulate],
])('the flags of %s', (_command, flags, examples) => {
  const names = Object.keys(flags) as (keyof typeof flags)[];

  describe.each(names)('--%s', (name) => {
    const { good, meant, otherwise, wrong } = examples[name];
    const [flag, variable, file] = good;
    const argv = { [name]: flag };
    const env = { [variableOf(name)]: String(variable) };
    const settings = { file: { name: 'my.json', settings: { [name]: file } } };

    it('wins as a flag over the environment, there over the file, there over the default', () => {
      const found = [
        resolveFlags(flags, { argv, env, ...settings }),
        resolveFlags(flags, { argv: {}, env, ...settings }),
        resolveFlags(flags, { argv: {}, env: {}, ...settings }),
        resolveFlags(flags, { argv: {}, env: {} }),
      ];
      expect(found.flatMap(({ problems }) => problems)).toEqual([]);
      expect(found.map(({ values }) => (values as Record<string, unknown>)[name])).toEqual([
        ...meant,
        otherwise,
      ]);
    });

    const unusable = wrong.map((value) => ({ value }));
    it.each(unusable)('is refused as $value, with its name and what it should be', ({ value }) => {
      const { problems } = resolveFlags(flags, { argv: { [name]: value }, env: {} });
      expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}: expected .+, got .+`))]);
    });
  });
});

describe('an empty flag', () => {
  it.each(Object.keys(pullFlags))('is a mistake: --%s', (name) => {
    expect(resolveFlags(pullFlags, { argv: { [name]: '' }, env: {} }).problems).toHaveLength(1);
  });
});

describe('plan', () => {
  it('takes the flags of pull: one configuration serves both', () => {
    expect(planFlags).toBe(pullFlags);
  });
});

describe('flags of a later day', () => {
  it.each(['raw'])('do not exist yet: --%s', (name) => {
    expect(resolveFlags(pullFlags, { argv: { [name]: '1' }, env: {} }).problems).toEqual([
      `${name}: unknown flag`,
    ]);
  });
});
