import { describe, expect, it } from 'vitest';
import type { Flags } from '../../src/config/flag.ts';
import { pullFlags, simulateFlags } from '../../src/config/flags.ts';
import {
  resolveFlags,
  type Settings,
  type Sources,
  unknownVariables,
  variableOf,
} from '../../src/config/resolve.ts';
import { oneOf, wholeNumber } from '../../src/config/values.ts';

const flags = {
  size: { shape: 'value', group: 'g', describe: 'd', parse: wholeNumber(1, 9), default: '5' },
  owner: { shape: 'value', group: 'g', describe: 'd', parse: oneOf(['me', 'you']), default: undefined },
  kind: {
    shape: 'list',
    group: 'g',
    describe: 'd',
    parse: oneOf(['a', 'b', 'c']),
    default: 'a',
    all: ['a', 'b', 'c'],
  },
  region: { shape: 'list', group: 'g', describe: 'd', parse: oneOf(['x', 'y']), default: undefined },
  'dry-run': { shape: 'switch', group: 'g', describe: 'd' },
} as const satisfies Flags;

function sources(argv: Settings = {}, env: Sources['env'] = {}, settings?: Settings): Sources {
  return { argv, env, ...(settings && { file: { name: 'my.json', settings } }) };
}

function resolve(...given: Parameters<typeof sources>) {
  return resolveFlags(flags, sources(...given));
}

describe('where a value comes from', () => {
  it('is the default when nothing is said', () => {
    expect(resolve()).toEqual({
      values: { size: 5, owner: undefined, kind: ['a'], region: [], 'dry-run': false },
      problems: [],
    });
  });

  it('is the flag, then the environment, then the file', () => {
    const argv = { size: '1' };
    const env = { BACKUP_LEDGER_SIZE: '2' };
    const file = { size: '3' };
    expect(resolve(argv, env, file).values.size).toBe(1);
    expect(resolve({}, env, file).values.size).toBe(2);
    expect(resolve({}, {}, file).values.size).toBe(3);
  });

  it('is not mixed: a list from one source hides the list of the next', () => {
    expect(resolve({ kind: ['b'] }, { BACKUP_LEDGER_KIND: 'c' }, { kind: ['a'] }).values.kind).toEqual(['b']);
  });

  it('is not judged where a stronger source hides it', () => {
    expect(resolve({ size: '1' }, { BACKUP_LEDGER_SIZE: 'wrong' }, { size: 'wrong' }).problems).toEqual([]);
  });

  it('is not an empty variable: that means "not set"', () => {
    expect(resolve({}, { BACKUP_LEDGER_SIZE: '', BACKUP_LEDGER_DRY_RUN: '' }, { size: '3' })).toMatchObject({
      values: { size: 3, 'dry-run': false },
      problems: [],
    });
  });

  it('is a variable named after the flag', () => {
    expect(variableOf('aggregation-period')).toBe('BACKUP_LEDGER_AGGREGATION_PERIOD');
  });
});

describe('a wrong value', () => {
  it('is told with the flag, what was expected and what came', () => {
    expect(resolve({ size: 'ten' }).problems).toEqual([
      'size: expected a whole number from 1 to 9, got "ten"',
    ]);
  });

  it('is told with the variable or the file it came from', () => {
    expect(resolve({}, { BACKUP_LEDGER_SIZE: '10' }, { owner: 'them' }).problems).toEqual([
      'size (BACKUP_LEDGER_SIZE): expected a whole number from 1 to 9, got "10"',
      'owner (my.json): expected one of me, you, got "them"',
    ]);
  });

  it.each([[['1', '2']], [[]], [['1']]])('is a list where one is meant: %j', (size) => {
    expect(resolve({ size }).problems).toEqual([`size: expected one value, got ${JSON.stringify(size)}`]);
  });

  it.each([true, {}])('is %j in the file', (size) => {
    expect(resolve({}, {}, { size }).problems).toEqual([
      `size (my.json): expected one value, got ${JSON.stringify(size)}`,
    ]);
  });

  it('is an empty flag', () => {
    expect(resolve({ size: '' }).problems).toEqual(['size: expected a whole number from 1 to 9, got ""']);
  });

  it('may be a number in the file, if it is a good one', () => {
    expect(resolve({}, {}, { size: 7 }).values.size).toBe(7);
    expect(resolve({}, {}, { size: 7.5 }).problems).toHaveLength(1);
  });

  it('leaves its flag without a value, and the others with theirs', () => {
    expect(resolve({ size: 'ten', owner: 'me' }).values).not.toHaveProperty('size');
    expect(resolve({ size: 'ten', owner: 'me' }).values.owner).toBe('me');
  });

  it('is told together with every other', () => {
    const { problems } = resolve({ size: 'ten', owner: 'them', kind: ['z'], nonsense: '1' }, {}, { more: 1 });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'nonsense',
      'more (my.json)',
      'size',
      'owner',
      'kind',
    ]);
  });
});

describe('a list', () => {
  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a,b'], ['a', 'b']],
    [
      ['a , b', 'c'],
      ['a', 'b', 'c'],
    ],
    ['a,b', ['a', 'b']],
    [
      ['b', 'a', 'b,a'],
      ['b', 'a'],
    ],
    [['all'], ['a', 'b', 'c']],
    [
      ['c', 'all'],
      ['c', 'a', 'b'],
    ],
  ])('may be given as %j', (kind, expected) => {
    expect(resolve({ kind })).toMatchObject({ values: { kind: expected }, problems: [] });
  });

  it.each([
    [['z'], '"z"'],
    [['a,'], '""'],
    [['a,,b'], '""'],
    [[''], '""'],
    [['ALL'], '"ALL"'],
  ])('may not be given as %j', (kind, shown) => {
    expect(resolve({ kind }).problems).toEqual([`kind: expected one of a, b, c, or all, got ${shown}`]);
  });

  it('tells each wrong item', () => {
    expect(resolve({ kind: ['z,a,y'] }).problems).toHaveLength(2);
  });

  it('knows the word all only where it stands for something', () => {
    expect(resolve({ region: ['all'] }).problems).toEqual(['region: expected one of x, y, got "all"']);
  });

  it.each([[[null]], [[['a']]], [{}], [true]])('may not be %j in the file', (kind) => {
    expect(resolve({}, {}, { kind }).problems).toHaveLength(1);
  });

  it.each([
    ['on the command line', [{ kind: [] }]],
    ['in the file', [{}, {}, { kind: [] }]],
  ] as [string, Parameters<typeof sources>][])(
    'that is empty %s is a mistake, not a wish for nothing',
    (_where, given) => {
      expect(resolve(...given).problems).toHaveLength(1);
    },
  );
});

describe('a switch', () => {
  it.each([
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
    ['1', true],
    ['0', false],
    ['yes', true],
    ['No', false],
    ['ON', true],
    ['off', false],
  ])('may be %j', (raw, value) => {
    expect(resolve({ 'dry-run': raw })).toMatchObject({ values: { 'dry-run': value }, problems: [] });
  });

  it.each(['yeah', 'O', 1, null, [true, true]])('may not be %j', (raw) => {
    expect(resolve({}, {}, { 'dry-run': raw }).problems).toEqual([
      `dry-run (my.json): expected true or false, got ${JSON.stringify(raw)}`,
    ]);
  });
});

describe('what nobody knows', () => {
  it('is refused as a flag', () => {
    expect(resolve({ 'max-rate': '3' }).problems).toEqual(['max-rate: unknown flag']);
  });

  it('is refused in the file', () => {
    expect(resolve({}, {}, { sizes: 3 }).problems).toEqual(['sizes (my.json): unknown setting']);
  });

  it.each(['constructor', 'toString', '__proto__'])('is refused even when it is called %s', (name) => {
    const settings = JSON.parse(`{"${name}": "x"}`) as Settings;
    expect(resolve({}, {}, settings).problems).toEqual([`${name} (my.json): unknown setting`]);
  });

  it('is not the flag of another command in a file they share', () => {
    expect(resolveFlags(simulateFlags, sources({}, {}, { 'page-size': 100, seed: 3 }))).toMatchObject({
      problems: [],
      values: { seed: 3 },
    });
    expect(resolveFlags(pullFlags, sources({}, {}, { seed: 3 })).problems).toEqual([]);
  });

  it('is the flag of another command on the command line', () => {
    expect(resolveFlags(pullFlags, sources({ seed: '3' })).problems).toEqual(['seed: unknown flag']);
  });

  it('is named when it is a variable with our prefix', () => {
    const env = {
      BACKUP_LEDGER_PAGESIZE: '1',
      BACKUP_LEDGER_PAGE_SIZE: '1',
      BACKUP_LEDGER_SEED: '1',
      AWS_REGION: 'x',
    };
    expect(unknownVariables(env)).toEqual([
      'BACKUP_LEDGER_PAGESIZE is not a setting of backup-ledger; did you mean BACKUP_LEDGER_PAGE_SIZE?',
    ]);
  });
});
