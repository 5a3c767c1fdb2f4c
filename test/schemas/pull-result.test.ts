import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { type PullResult, pullResultSchema } from '../../schemas/pull-result.ts';
import { RequestError } from '../../src/errors.ts';
import { aRow, aScript, aSummary, aSlice, pullOnce } from '../fixtures/builders.ts';
import { jsonMonth, MemoryStore } from '../fixtures/memory-store.ts';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const ajv = new Ajv({
  strict: true,
  allowUnionTypes: true,
  formats: { date: /^\d{4}-\d{2}-\d{2}$/, 'date-time': DATE_TIME },
});
const validate = ajv.compile(pullResultSchema);

function errorsOf(result: unknown): string {
  return validate(result) ? '' : ajv.errorsText(validate.errors);
}

/** Every field filled in. */
const full = {
  schema_version: 1,
  outcome: 'partial',
  exit_code: 65,
  started_at: '2026-11-23T03:00:00.000Z',
  finished_at: '2026-11-23T03:00:09.000Z',
  slices: [
    {
      kind: 'copy',
      aggregation_period: 'ONE_DAY',
      region: 'eu-west-1',
      scope: 'any',
      table: 'copy_job_summaries',
      outcome: 'failed',
      observed_at: '2026-11-23T03:00:05.123Z',
      requests: 5,
      retries: 1,
      restarts: 1,
      pages: 3,
      received: 11,
      kept: 2,
      duplicates: 2,
      conflicts: 1,
      rejected: 3,
      foreign: 3,
      protected: 1,
      accounts: 2,
      accounts_before: 3,
      message_categories: ['AccessDenied', 'SUCCESS'],
      first_day: '2026-11-09',
      last_day: '2026-11-22',
      partitions: { written: 1, unchanged: 13 },
      days: { written: 1, unchanged: 13 },
      reconciled: 'mismatched',
      mismatches: [{ start_date: '2026-11-10', kept: 4, total: 5 }],
      totals_unavailable: null,
      gap: { from: '2026-11-01', to: '2026-11-08' },
      last_good_pull: '20261101T030005123Z-copy-ONE_DAY-eu-west-1-any',
      raw: 'raw/copy/ONE_DAY/eu-west-1/any/20261123T030005123Z.jsonl.gz',
      rejects: [{ page: 1, index: 0, problems: ['Count: expected a whole number, got -1'] }],
      warnings: ['3 rows were rejected'],
      error: { name: 'BadDataError', message: 'not usable', recovery: 'fix-data' },
    },
  ],
  plan: [
    {
      partition: 'copy_job_summaries/x',
      action: 'replace',
      added: 1,
      changed: 2,
      removed: 3,
      days: [{ start_date: '2026-11-22', added: 1, changed: 2, removed: 3 }],
    },
  ],
  error: { name: 'GrainMismatchError', message: 'other rows', recovery: 'fix-usage' },
} as const satisfies PullResultExample;

type Frozen<T> = { readonly [K in keyof T]: T[K] extends object | null | undefined ? Frozen<T[K]> : T[K] };
type PullResultExample = Frozen<PullResult>;

describe('the schema of the result', () => {
  it('is the one readers in other languages get', async () => {
    const text = `${JSON.stringify(pullResultSchema, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../schemas/pull-result.schema.json');
  });

  it('takes a result with every field', () => {
    expect(errorsOf(full)).toBe('');
  });

  it.each(Object.keys(full.slices[0]))('misses %s in a slice without it', (name) => {
    const slice = Object.fromEntries(Object.entries(full.slices[0]).filter(([other]) => other !== name));
    expect(errorsOf({ ...full, slices: [slice] })).toContain(`must have required property '${name}'`);
  });

  it.each(['schema_version', 'outcome', 'exit_code', 'started_at', 'finished_at', 'slices'])(
    'misses %s in a result without it',
    (name) => {
      const result = Object.fromEntries(Object.entries(full).filter(([other]) => other !== name));
      expect(errorsOf(result)).toContain(`must have required property '${name}'`);
    },
  );

  it.each([
    { exit_code: 1 },
    { schema_version: 2 },
    { outcome: 'superseded' },
    { started_at: '2026-11-23' },
    { surprise: 1 },
    { slices: [{ ...full.slices[0], received: -1 }] },
    { slices: [{ ...full.slices[0], surprise: 1 }] },
    { slices: [{ ...full.slices[0], kind: 'copies' }] },
  ])('does not take %o', (difference) => {
    expect(errorsOf({ ...full, ...difference })).not.toBe('');
  });
});

describe('a real result keeps the schema', () => {
  it.each([
    ['of a good pull', () => pullOnce([aSummary(), aSummary({ Region: 'us-east-1' })])],
    ['of a pull that found nothing', () => pullOnce([])],
    ['of a dry run', () => pullOnce([aSummary()], { dryRun: true })],
    ['with rejects', () => pullOnce([aSummary({ Count: -1 })])],
    [
      'of a refused request',
      () => pullOnce([], { source: aScript(new RequestError('fix-config', 'AccessDenied')) }),
    ],
    [
      'of a pull that did not begin',
      () => pullOnce([], { slice: aSlice({ table: 'backup_job_summaries' }) }),
    ],
  ])('%s', async (_what, pull) => {
    expect(errorsOf(await pull())).toBe('');
  });

  it('of a superseded pull', async () => {
    const store = new MemoryStore();
    await pullOnce([aSummary()], { store, now: Date.UTC(2026, 10, 23, 4) });
    const result = await pullOnce([aSummary()], {
      store,
      now: Date.UTC(2026, 10, 23, 3),
      later: Date.UTC(2026, 10, 23, 5),
    });
    expect(result.slices[0]?.outcome).toBe('superseded');
    expect(errorsOf(result)).toBe('');
  });

  it('with protected rows', async () => {
    const store = new MemoryStore();
    const key = 'copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11/eu-west-1.parquet';
    store.seed(key, await jsonMonth([aRow({ job_count: 9, observed_at: 1 })]));
    const result = await pullOnce([aSummary()], { store });
    expect(result.slices[0]?.protected).toBe(1);
    expect(errorsOf(result)).toBe('');
  });
});
