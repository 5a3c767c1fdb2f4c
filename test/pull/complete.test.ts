import { afterEach, describe, expect, it } from 'vitest';
import { expectedRows, openTrial, sliceOf, type Trial, withoutObservation } from '../fixtures/trial.ts';
import { type Kind, kindNames } from '../../schemas/kinds.ts';

const REGIONS = ['eu-west-1', 'us-east-1', 'ap-southeast-2'];

describe.each(['folder', 's3'] as const)('a ledger on %s', (on) => {
  let trial: Trial;
  afterEach(() => trial.close());

  async function truth(kind: Kind, regions = REGIONS) {
    return expectedRows(
      regions.flatMap((region) => trial.simulator.truth({ kind, region })),
      kind,
    );
  }

  it('equals what AWS has, row for row, after 13 pages of three regions and two kinds', async () => {
    trial = await openTrial({ on, summaries: 600 });
    const result = await trial.pull({ region: REGIONS.join(','), kind: 'copy,backup', 'page-size': '50' });

    expect(result).toMatchObject({ outcome: 'ok', exit_code: 0 });
    expect(sliceOf(result).pages).toBeGreaterThanOrEqual(12);
    for (const kind of ['copy', 'backup'] as const) {
      expect(withoutObservation(await trial.rows(kind))).toEqual(await truth(kind));
    }
  });

  it('holds each of the four kinds in a table of its own', async () => {
    trial = await openTrial({ on });
    const result = await trial.pull({ kind: 'all' });

    expect(result.outcome).toBe('ok');
    for (const kind of kindNames) {
      expect(withoutObservation(await trial.rows(kind))).toEqual(await truth(kind, ['eu-west-1']));
    }
  });

  it('writes nothing but its raw pages and a record on a second run', async () => {
    trial = await openTrial({ on });
    await trial.pull({ region: REGIONS });
    const before = await trial.objects();
    trial.simulator.clock.advance(60_000);
    const requestsBefore = trial.s3?.requests.length ?? 0;
    const result = await trial.pull({ region: REGIONS });

    expect(result.exit_code).toBe(0);
    expect(result.slices.map((slice) => slice.partitions.written)).toEqual([0, 0, 0]);
    expect(result.slices.map((slice) => slice.days)).toEqual(
      Array.from({ length: 3 }, () => ({ written: 0, unchanged: 14 })),
    );
    const after = await trial.objects();
    for (const [key, bytes] of before)
      // Records grow, and keep what they held.
      expect(Buffer.compare(after.get(key)?.subarray(0, bytes.length) ?? Buffer.alloc(0), bytes), key).toBe(
        0,
      );
    const puts = trial.s3?.requests.slice(requestsBefore).filter(({ method }) => method === 'PUT') ?? [];
    expect(puts.filter(({ key }) => !/\/(raw|pulls)\//.test(key))).toEqual([]);
    expect((await trial.records()).length).toBe(6);
  });

  it('writes only the days that changed when the world has moved on', async () => {
    trial = await openTrial({ on });
    await trial.pull();
    trial.simulator.clock.advance(86_400_000);
    const planned = await trial.pull({ 'dry-run': true });
    const untouched = await trial.objects();
    const result = await trial.pull();

    const changing = planned.plan?.filter(({ action }) => action !== 'unchanged') ?? [];
    expect(changing.length).toBeGreaterThan(0);
    expect(result.slices[0]?.error).toBe(null);
    expect(sliceOf(result).partitions.written).toBe(changing.length);
    const changingDays = changing.flatMap(({ days }) => days).length;
    expect(sliceOf(result).days).toEqual({ written: changingDays, unchanged: 14 - changingDays });
    const changed = [...(await trial.objects())].filter(
      ([key, bytes]) =>
        key.endsWith('.parquet') && Buffer.compare(untouched.get(key) ?? Buffer.alloc(0), bytes) !== 0,
    );
    expect(changed.map(([key]) => key).toSorted()).toEqual(
      changing.map(({ partition }) => partition).toSorted(),
    );
  });

  it('writes nothing at all in a dry run, not even the ledger', async () => {
    trial = await openTrial({ on });
    const result = await trial.pull({ 'dry-run': true });

    expect(result.exit_code).toBe(0);
    expect(result.plan).toMatchObject([{ action: 'create' }]);
    expect(result.plan?.[0]?.days).toHaveLength(14);
    expect(
      result.plan?.[0]?.days.every(({ added, changed, removed }) => added > 0 && changed + removed === 0),
    ).toBe(true);
    expect((await trial.objects()).size).toBe(0);
  });
});
