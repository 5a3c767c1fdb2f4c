import { afterEach, describe, expect, it } from 'vitest';
import { columnFacts, type ColumnName, columnsOf } from '../../schemas/columns.ts';
import { type Kind, kindNames } from '../../schemas/kinds.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { startPull } from '../fixtures/pull-process.ts';
import { aSummary } from '../fixtures/builders.ts';
import { expectedRows, type ReadRow, withoutObservation } from '../fixtures/trial.ts';
import { type ColumnClaim, type MotoTrial, openMotoTrial, type ReadFile } from './moto-trial.ts';

const REGIONS = ['eu-west-1', 'us-east-1', 'ap-southeast-2'];

/** Arrow's name of each of our types. */
const arrowTypes = {
  string: 'string',
  bigint: 'int64',
  date: /^date32/,
  timestamp: /^timestamp\[ms(, tz=UTC)?\]$/,
} as const;

let trial: MotoTrial;
afterEach(() => trial.close());

function truth(kind: Kind = 'copy', regions: readonly string[] = ['eu-west-1']): ReadRow[] {
  const items = regions.flatMap((region) => trial.simulator.truth({ kind, region }));
  return expectedRows(items, kind);
}

/** Requests that wrote or tried to write data, from the n-th on. */
function dataPuts(since = 0): readonly string[] {
  return trial.moto.requests.slice(since).filter((request) => /^PUT .*\.parquet/.test(request));
}

describe("a ledger on moto's S3, read by pyarrow", () => {
  it('equals what AWS has, row for row, of 25 pages, three regions and all four kinds', async () => {
    trial = await openMotoTrial({ summaries: 1200 });
    await trial.pull(['--region', REGIONS.join(), '--kind', 'all', '--page-size', '50']);

    for (const kind of kindNames) {
      const rows = await trial.rows(kind);
      expect(rows.length, kind).toBeGreaterThan(1000);
      expect(withoutObservation(rows), kind).toEqual(truth(kind, REGIONS));
    }
  });

  it('has the columns, types, nulls and statistics it should have, in files of all four kinds', async () => {
    trial = await openMotoTrial({
      faults: [
        { fault: 'missing-field', field: 'AccountId', rows: 1 },
        { fault: 'missing-field', field: 'ResourceType', rows: 3 },
      ],
    });
    await trial.pull(['--kind', 'all']);

    for (const kind of kindNames) {
      const files = await trial.files(kind);
      expect(files, kind).toHaveLength(1);
      expect(files.flatMap(({ rows }) => rows.filter((row) => row['resource_type'] === null))).toHaveLength(
        3,
      );
      for (const file of files) checkFile(kind, file);
    }
  });

  it('gets no data PUT from a second run', async () => {
    trial = await openMotoTrial();
    await trial.pull(['--region', REGIONS.join()]);
    const before = await trial.files();
    const since = trial.moto.requests.length;
    expect(dataPuts().length).toBe(before.length);

    trial.simulator.clock.advance(60_000);
    const { slices } = await trial.pull(['--region', REGIONS.join()]);
    expect(slices.map(({ partitions }) => partitions.written)).toEqual([0, 0, 0]);
    expect(dataPuts(since)).toEqual([]);
    expect(await trial.files()).toEqual(before);
  });

  it('verifies, misses a file that is gone, and is healed by a replay', async () => {
    trial = await openMotoTrial();
    await trial.pull(['--region', REGIONS.join(), '--kind', 'all']);
    const before = await trial.files();
    expect(await trial.run('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('errors: 0'),
    });

    const key = before[2]?.key ?? '';
    await trial.remove(key);
    const { code, stdout } = await trial.run('verify');
    expect(code).toBe(65);
    expect(stdout.split('\n')[0]).toMatch(`error object-missing ${key}`);
    expect(await trial.run('replay')).toMatchObject({ code: 0 });
    expect(await trial.files()).toEqual(before);
    expect(await trial.run('verify')).toMatchObject({ code: 0 });
  });

  it('gets one PUT for the days that were restated, and keeps those that have left the window', async () => {
    trial = await openMotoTrial();
    await trial.pull();
    const leaving = (await trial.rows()).filter(({ start_date }) => start_date === '2026-11-09');
    const since = trial.moto.requests.length;
    trial.simulator.clock.advance(DAY_MS);
    const [slice] = (await trial.pull()).slices;

    expect(slice?.partitions).toEqual({ written: 1, unchanged: 0 });
    expect(dataPuts(since)).toHaveLength(1);
    const expected = [...withoutObservation(leaving), ...truth()];
    expect(withoutObservation(await trial.rows())).toEqual(withoutObservation(expected));
  });

  it('loses no row to five processes that write the same partitions at once', async () => {
    trial = await openMotoTrial();
    const pulls = trial.simulator.accounts.map((account) =>
      startPull(trial, { flags: ['--account', account] }),
    );
    for (const { finished } of pulls) expect(await finished).toMatchObject({ code: 0 });

    expect(pulls.length).toBeGreaterThanOrEqual(5);
    expect(withoutObservation(await trial.rows())).toEqual(truth());
  });

  it('holds a readable file without the day that became empty', async () => {
    const finished = [{ day: '2026-11-20' }, { day: '2026-11-22' }].map(aSummary);
    const running = aSummary({ day: '2026-11-21', State: 'RUNNING', MessageCategory: 'RUNNING' });
    trial = await openMotoTrial({ faults: [{ fault: 'raw', items: [...finished, running], replace: true }] });
    await trial.pull();
    trial.simulator.setFaults([{ fault: 'raw', items: finished, replace: true }]);
    trial.simulator.clock.advance(60_000);
    await trial.pull();

    const files = await trial.files();
    expect(files.map(({ row_count }) => row_count)).toEqual([2]);
    for (const file of files) expect(Object.keys(file.columns)).toEqual(columnsOf('copy'));
    for (const file of files) checkFile('copy', file);
  });
});

function checkFile(kind: Kind, { key, columns, row_count, rows, statistics }: ReadFile): void {
  expect(Object.keys(columns), key).toEqual(columnsOf(kind));
  expect(rows, key).toHaveLength(row_count);
  for (const name of columnsOf(kind)) {
    expect(columns[name], `${key} ${name}`).toMatch(arrowTypes[columnFacts(name).type]);
  }
  // A day is a row group.
  const days = [...groupBy(rows, ({ start_date }) => start_date).values()];
  const claimed = days.flatMap((day) => Object.keys(columns).map((column) => ({ column, day })));
  expect(
    statistics.map(({ column }) => column),
    key,
  ).toEqual(claimed.map(({ column }) => column));
  for (const [index, claim] of statistics.entries()) checkClaim(claim, claimed[index]?.day ?? []);
}

/** What a footer claims is so. Arrow trusts bounds of text only under a column order, which our writer does not name. */
function checkClaim(claim: ColumnClaim, rows: readonly ReadRow[]): void {
  const values = rows.flatMap((row) => row[claim.column] ?? []).toSorted((a, b) => (a < b ? -1 : 1));
  const [min, max] = [values.at(0), values.at(-1)];
  const isText = columnFacts(claim.column as ColumnName).type === 'string';
  const bounds = isText || min === undefined ? {} : { min, max };
  const nulls = rows.length - values.length;
  expect(claim).toEqual({ column: claim.column, compression: 'GZIP', nulls, ...bounds });
}
