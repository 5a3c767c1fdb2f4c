import { beforeEach, describe, expect, it } from 'vitest';
import { factsOf, kindNames } from '../../schemas/kinds.ts';
import type { Slice } from '../../src/domain/slice.ts';
import { DamagedObjectError, GrainMismatchError } from '../../src/errors.ts';
import { applyBindings, MANIFEST, planBindings } from '../../src/ledger/manifest.ts';
import { aSlice, OBSERVED_AT } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

const failures = aSlice({ table: 'copy_failures', filters: { State: 'FAILED' } });

async function bind(...slices: readonly Slice[]): Promise<void> {
  const plan = await planBindings(store, slices, OBSERVED_AT);
  if (plan.isChanged && !(await applyBindings(store, plan))) throw new Error('lost the race');
}

describe('the manifest of a new ledger', () => {
  it('binds every main table to daily rows with nothing filtered', async () => {
    await bind(aSlice());
    const main = (kind: string) => ({ kind, aggregation_period: 'ONE_DAY', grain: {} });
    expect(JSON.parse(store.text(MANIFEST))).toEqual({
      format_version: 2,
      first_month: '2026-11',
      tables: Object.fromEntries(kindNames.map((kind) => [factsOf(kind).table, main(kind)])),
    });
  });

  it('is planned before it is written', async () => {
    await planBindings(store, [aSlice()], OBSERVED_AT);
    expect(store.keys()).toEqual([]);
  });

  it('is not written again once every table is bound', async () => {
    await bind(aSlice());
    expect(await planBindings(store, [aSlice(), aSlice({ kind: 'scan' })], OBSERVED_AT)).toMatchObject({
      isChanged: false,
    });
  });
});

describe('a table of its own', () => {
  it('is bound by the first pull into it', async () => {
    await bind(aSlice());
    await bind(failures);
    expect(JSON.parse(store.text(MANIFEST)).tables.copy_failures).toEqual({
      kind: 'copy',
      aggregation_period: 'ONE_DAY',
      grain: { State: 'FAILED' },
    });
  });

  it('takes more of the same, whatever the region or account', async () => {
    await bind(failures);
    const more = {
      ...failures,
      region: 'us-east-1',
      scope: '111111111111',
      filters: { ...failures.filters, AccountId: '111111111111' },
    };
    expect(await planBindings(store, [more], OBSERVED_AT)).toMatchObject({ isChanged: false });
  });

  it.each<[string, Slice]>([
    ['another kind', { ...failures, kind: 'backup' }],
    ['another period', { ...failures, aggregationPeriod: 'SEVEN_DAYS' }],
    ['another filter', { ...failures, filters: { ...failures.filters, ResourceType: 'EBS' } }],
    ['another value of the filter', { ...failures, filters: { ...failures.filters, State: 'COMPLETED' } }],
    ['no filter', { ...failures, filters: aSlice().filters }],
    ['a sum over accounts', { ...failures, filters: { ...failures.filters, AccountId: 'AGGREGATE_ALL' } }],
  ])('does not take %s', async (_what, slice) => {
    await bind(failures);
    await expect(planBindings(store, [slice], OBSERVED_AT)).rejects.toThrow(GrainMismatchError);
    await expect(planBindings(store, [slice], OBSERVED_AT)).rejects.toThrow(
      /^table copy_failures holds copy rows of ONE_DAY with State=FAILED; this pull would bring .*--table/,
    );
  });

  it('does not take two grains in one run', async () => {
    await expect(
      planBindings(store, [failures, { ...failures, kind: 'backup' }], OBSERVED_AT),
    ).rejects.toThrow(GrainMismatchError);
  });

  it('may have any name a table may have', async () => {
    await bind(aSlice({ table: 'constructor', filters: { State: 'FAILED' } }));
    expect(Object.keys(JSON.parse(store.text(MANIFEST)).tables)).toContain('constructor');
  });
});

describe('a main table', () => {
  it.each<[string, Slice]>([
    ['a filter', aSlice({ filters: { State: 'FAILED' } })],
    ['a sum', aSlice({ filters: { ResourceType: 'AGGREGATE_ALL' } })],
    ['another period', aSlice({ aggregationPeriod: 'FOURTEEN_DAYS' })],
    ['another kind', aSlice({ kind: 'backup', table: 'copy_job_summaries' })],
  ])('does not take %s, in a new ledger either', async (_what, slice) => {
    await expect(planBindings(store, [slice], OBSERVED_AT)).rejects.toThrow(GrainMismatchError);
    expect(store.keys()).toEqual([]);
  });
});

describe('two writers of the manifest', () => {
  it.each([
    ['a new', []],
    ['an old', [aSlice()]],
  ])('do not lose a table in %s ledger: the later one is told to plan again', async (_what, before) => {
    if (before.length > 0) await bind(...before);
    const ours = await planBindings(store, [failures], OBSERVED_AT);
    await bind(aSlice({ table: 'weekly', aggregationPeriod: 'SEVEN_DAYS' }));
    expect(ours && (await applyBindings(store, ours))).toBe(false);
    await bind(failures);
    expect(Object.keys(JSON.parse(store.text(MANIFEST)).tables)).toEqual(
      expect.arrayContaining(['weekly', 'copy_failures']),
    );
  });
});

describe('a manifest that cannot be used', () => {
  it.each([
    ['not JSON', '{', 'it is not JSON'],
    ['null', 'null', 'it is not an object'],
    ['text', '"x"', 'it is not an object'],
    ['without a version', '{"tables":{}}', 'it has no format_version'],
    ['without a first month', '{"format_version":2,"tables":{}}', 'it has no first_month'],
    ['without tables', '{"format_version":2,"first_month":"2026-11"}', 'its tables are not bindings'],
    [
      'with odd tables',
      '{"format_version":2,"first_month":"2026-11","tables":{"a":null}}',
      'its tables are not bindings',
    ],
    [
      'with half a binding',
      '{"format_version":2,"first_month":"2026-11","tables":{"a":{"kind":"copy"}}}',
      'its tables are not bindings',
    ],
  ])('because it is %s: is damaged', async (_what, text, why) => {
    store.seed(MANIFEST, text);
    await expect(planBindings(store, [aSlice()], OBSERVED_AT)).rejects.toThrow(DamagedObjectError);
    await expect(planBindings(store, [aSlice()], OBSERVED_AT)).rejects.toThrow(
      `ledger.json is damaged: ${why}`,
    );
    expect(store.text(MANIFEST)).toBe(text);
  });

  it('because a newer version wrote it: asks for an upgrade', async () => {
    store.seed(MANIFEST, '{"format_version":3,"first_month":"2026-11","tables":{}}');
    await expect(planBindings(store, [aSlice()], OBSERVED_AT)).rejects.toMatchObject({
      recovery: 'fix-config',
      message: expect.stringContaining('upgrade backup-ledger'),
    });
  });

  it('because it is of format 1, which was never released: one sentence says so', async () => {
    store.seed(MANIFEST, '{"format_version":1,"tables":{}}');
    await expect(planBindings(store, [aSlice()], OBSERVED_AT)).rejects.toMatchObject({
      recovery: 'fix-config',
      message: expect.stringMatching(
        /^the ledger has format 1, .*: name another place with --ledger and pull anew$/,
      ),
    });
  });
});
