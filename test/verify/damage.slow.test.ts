import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../schemas/columns.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import type { VerifyResult } from '../../schemas/verify-result.ts';
import { parquetCodec } from '../../src/adapters/parquet/codec.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { fileOrder } from '../../src/domain/row.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** A sound ledger, and one damage after the other: each is found, by its name, in its place. */

const DAY = '2026-11-15';
const KEY = keyOn(DAY);
const HOUR_MS = 3_600_000;

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial({ summaries: 150 });
  for (let day = 0; day < 3; day++) {
    if (day > 0) trial.simulator.clock.advance(DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
  }
});
afterEach(() => trial.close());

function keyOn(day: string, region = 'eu-west-1'): string {
  return `copy_job_summaries/aggregation_period=ONE_DAY/start_date=${day}/${region}.parquet`;
}

async function bytesOf(key: string): Promise<Uint8Array> {
  const bytes = (await trial.objects()).get(key);
  if (!bytes) throw new Error(`no ${key}`);
  return bytes;
}

async function keysUnder(prefix: string): Promise<string[]> {
  return [...(await trial.objects()).keys()].filter((key) => key.startsWith(prefix)).toSorted();
}

/** Rewrites a partition, in perfect Parquet. */
async function rewrite(change: (rows: SummaryRow[]) => SummaryRow[], key = KEY): Promise<void> {
  const rows = await parquetCodec.decode('copy', await bytesOf(key));
  await trial.tamper(key, await parquetCodec.encode('copy', change(rows)));
}

async function rewriteRecord(key: string, change: Partial<PullRecord>): Promise<void> {
  const record = JSON.parse(Buffer.from(await bytesOf(key)).toString()) as PullRecord;
  await trial.tamper(key, Buffer.from(JSON.stringify({ ...record, ...change })));
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function found({ findings }: VerifyResult): string[] {
  return findings.map(({ code, place }) => `${code} ${place}`);
}

async function expectFound(...expected: readonly string[]): Promise<VerifyResult> {
  const result = await trial.verify();
  expect(found(result).toSorted()).toEqual(expected.toSorted());
  const isDamaged = result.findings.some(({ severity }) => severity === 'error');
  expect(result).toMatchObject(
    isDamaged ? { outcome: 'damaged', exit_code: 65 } : { outcome: 'ok', exit_code: 0 },
  );
  return result;
}

describe('a sound ledger', () => {
  it('has no findings', async () => {
    const result = await expectFound();
    const rows = await trial.rows();
    expect(result).toMatchObject({ partitions: 32, rows: rows.length, records: 6, raw_files: 6 });
  });

  it('has none on S3, nor with other ETags, as in a copy of the bucket', async () => {
    const other = await openTrial({ on: 's3', summaries: 150 });
    await other.pull();
    for (const [key, object] of other.s3?.objects ?? []) {
      other.s3?.objects.set(key, { ...object, etag: '"of-a-multipart-copy-2"' });
    }
    expect((await other.verify()).findings).toEqual([]);
    await other.close();
  });

  it('has none with several kinds, tables, scopes and periods', async () => {
    const [account = ''] = trial.simulator.accounts;
    await trial.pull({ kind: 'all' });
    await trial.pull({ account });
    await trial.pull({ state: 'AGGREGATE_ALL', table: 'copy_sums' });
    await trial.pull({ 'aggregation-period': 'SEVEN_DAYS', table: 'copy_weeks' });
    await expectFound();
  });

  it('has none with records of before there were raw pages', async () => {
    for (const key of await keysUnder('pulls/')) {
      await rewriteRecord(key, {
        raw: undefined,
        raw_sha256: undefined,
        last_good_pull: undefined,
        gap: undefined,
      } as unknown as Partial<PullRecord>);
    }
    for (const key of await keysUnder('raw/')) await trial.tamper(key, undefined);
    await expectFound();
  });

  it('has none after a pull that failed, or kept no raw pages, or changed nothing', async () => {
    await trial.pull({ 'no-raw': true });
    trial.simulator.setFaults([{ fault: 'missing-field' }]);
    await trial.pull();
    await expectFound();
  });
});

describe('an object', () => {
  it('that is deleted', async () => {
    await trial.tamper(KEY, undefined);
    await expectFound(`object-missing ${KEY}`);
  });

  it.each([0, 4, 100, -1])('that is truncated to %i bytes', async (length) => {
    await trial.tamper(KEY, (await bytesOf(KEY)).slice(0, length));
    await expectFound(`object-damaged ${KEY}`);
  });

  it('that has a flipped bit, wherever', async () => {
    const bytes = await bytesOf(KEY);
    for (let at = 0; at < bytes.length; at += 97) {
      await trial.tamper(KEY, flipped(bytes, at));
      const result = await trial.verify();
      expect(result.exit_code, `byte ${at}`).toBe(65);
      expect(result.findings.every(({ place }) => place === KEY)).toBe(true);
    }
  });

  it('that is swapped with another', async () => {
    const other = keyOn('2026-11-16');
    const [one, two] = [await bytesOf(KEY), await bytesOf(other)];
    await trial.tamper(KEY, two);
    await trial.tamper(other, one);
    await expectFound(...[KEY, other].flatMap((key) => [`key-mismatch ${key}`, `object-unknown ${key}`]));
  });

  it("that is another region's", async () => {
    await trial.tamper(KEY, await bytesOf(keyOn(DAY, 'us-east-1')));
    await expectFound(`key-mismatch ${KEY}`, `object-unknown ${KEY}`);
  });

  it('with a row twice', async () => {
    await rewrite(([row, ...rest]) => (row ? [row, row, ...rest] : []));
    await expectFound(`identity-repeated ${KEY}`, `object-unknown ${KEY}`);
  });

  it('with a changed count', async () => {
    await rewrite((rows) => rows.map((row, index) => (index === 2 ? { ...row, job_count: 77 } : row)));
    await expectFound(`object-unknown ${KEY}`);
  });

  it('with rows in another order', async () => {
    await rewrite((rows) => rows.toReversed());
    await expectFound(`rows-unsorted ${KEY}`, `object-unknown ${KEY}`);
  });

  it.each([
    ['a count below zero', { job_count: -1 }],
    ['an end before its start', { end_time: 0 }],
    ['a sum among its rows', { state: 'AGGREGATE_ALL' }],
  ])('with %s', async (_what, change) => {
    await rewrite((rows) =>
      rows.map((row, index) => (index === 0 ? { ...row, ...change } : row)).toSorted(fileOrder('copy')),
    );
    await expectFound(`value-out-of-range ${KEY}`, `object-unknown ${KEY}`);
  });

  it('of another schema', async () => {
    const rows = await parquetCodec.decode('copy', await bytesOf(KEY));
    const asScan = rows.map((row) => ({ ...row, message_category: null }));
    await trial.tamper(KEY, await parquetCodec.encode('scan', asScan));
    await expectFound(`object-damaged ${KEY}`);
  });

  it('that is an older version of itself', async () => {
    const today = keyOn('2026-11-24');
    const before = await bytesOf(today);
    trial.simulator.setFaults([{ fault: 'miscount', of: 'both', rows: 500 }]);
    for (const days of [1, 1]) {
      trial.simulator.clock.advance(days * DAY_MS);
      await trial.pull({ region: 'eu-west-1,us-east-1' });
    }
    await expectFound();
    await trial.tamper(today, before);
    await expectFound(`object-outdated ${today}`);
  });

  it('that nobody wrote', async () => {
    const key = keyOn('2025-01-01');
    await trial.tamper(key, await parquetCodec.encode('copy', []));
    await expectFound(`object-unknown ${key}`);
  });

  it('of a table that ledger.json does not know', async () => {
    const key = KEY.replace('copy_job_summaries', 'other');
    await trial.tamper(key, await bytesOf(KEY));
    await expectFound(`table-unbound ${key}`);
  });
});

describe('a file', () => {
  it.each([
    'notes.txt',
    'copy_job_summaries/x.parquet',
    KEY.replace('.parquet', '.bak'),
    'raw/x',
    'pulls/x.json',
  ])('that is no part of a ledger: %s', async (key) => {
    await trial.tamper(key, Buffer.from('x'));
    await expectFound(`unknown-file ${key}`);
  });

  it('ledger.json that is missing', async () => {
    await trial.tamper('ledger.json', undefined);
    expect(found(await trial.verify())).toContain('manifest-missing ledger.json');
  });

  it('ledger.json that is damaged', async () => {
    await trial.tamper('ledger.json', Buffer.from('{'));
    expect(found(await trial.verify())).toContain('manifest-damaged ledger.json');
  });
});

describe('a pull record', () => {
  it('that cannot be read', async () => {
    const [key = ''] = await keysUnder('pulls/pull_date=2026-11-25/');
    await trial.tamper(key, Buffer.from('{"record_version":1'));
    const result = await trial.verify();
    expect(found(result)).toContain(`record-damaged ${key}`);
    expect(result.exit_code).toBe(65);
  });

  it('that is gone, while a later one names it', async () => {
    const [key = ''] = await keysUnder('pulls/pull_date=2026-11-24/');
    await trial.tamper(key, undefined);
    const result = await trial.verify();
    expect(found(result)).toContain(`record-missing ${key}`);
    expect(result.exit_code).toBe(65);
  });

  it('that is gone, and was the last: its objects are known to nobody', async () => {
    const [key = ''] = await keysUnder('pulls/pull_date=2026-11-25/');
    await trial.tamper(key, undefined);
    trial.simulator.clock.advance(3 * HOUR_MS);
    const result = await trial.verify();
    expect(result.exit_code).toBe(65);
    expect(found(result).filter((line) => line.startsWith('object-unknown')).length).toBeGreaterThan(0);
  });
});

describe('raw pages', () => {
  it('that are gone', async () => {
    const [key = ''] = await keysUnder('raw/');
    await trial.tamper(key, undefined);
    await expectFound(`raw-missing ${key}`);
  });

  it('that have a flipped bit', async () => {
    const [key = ''] = await keysUnder('raw/');
    const bytes = await bytesOf(key);
    await trial.tamper(key, flipped(bytes, bytes.length >> 1));
    await expectFound(`raw-damaged ${key}`);
  });

  it('that nobody recorded', async () => {
    const [key = ''] = await keysUnder('raw/');
    const other = key.replace('000Z', '777Z');
    await trial.tamper(other, await bytesOf(key));
    await expectFound(`raw-unrecorded ${other}`);
  });
});

describe('days', () => {
  it('that AWS had forgotten, as is on record, are a warning for ever', async () => {
    trial.simulator.clock.advance(30 * DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    const result = await trial.verify();
    const places = ['eu-west-1', 'us-east-1'].map(
      (region) => `days-lost copy-ONE_DAY-${region}-any in copy_job_summaries`,
    );
    expect(found(result).filter((line) => line.startsWith('days'))).toEqual(places);
    expect(result.findings.find(({ code }) => code === 'days-lost')?.message).toContain(
      '2026-11-25 to 2026-12-10',
    );
    expect(result.exit_code).toBe(0);
  });

  it('that are missing without a word are an error', async () => {
    trial.simulator.clock.advance(30 * DAY_MS);
    await trial.pull();
    const [key = ''] = await keysUnder('pulls/pull_date=2026-12-25/');
    await rewriteRecord(key, { gap: null });
    expect(found(await trial.verify())).toContain(
      'days-uncovered copy-ONE_DAY-eu-west-1-any in copy_job_summaries',
    );
  });

  it('of a slice whose records of three weeks were removed are an error', async () => {
    for (let day = 0; day < 20; day++) {
      trial.simulator.clock.advance(DAY_MS);
      await trial.pull();
    }
    for (const key of await keysUnder('pulls/')) {
      if (key > 'pulls/pull_date=2026-11-24' && key < 'pulls/pull_date=2026-12-14')
        await trial.tamper(key, undefined);
    }
    const result = await trial.verify();
    expect(found(result)).toContain('days-uncovered copy-ONE_DAY-eu-west-1-any in copy_job_summaries');
    expect(found(result).some((line) => line.startsWith('record-missing'))).toBe(true);
  });

  it('with rows that will never be finished are listed', async () => {
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    const open = { ...row, AccountId: '999999999999', State: 'RUNNING' };
    trial.simulator.setFaults([{ fault: 'raw', items: [open], page: 1 }]);
    await trial.pull();
    trial.simulator.setFaults([]);
    trial.simulator.clock.advance(20 * DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    const result = await trial.verify();
    expect(found(result)).toContain('rows-unfinished copy_job_summaries eu-west-1');
    expect(result.exit_code).toBe(0);
  });
});

describe('age', () => {
  const stale = 'ledger-stale .';

  it.each([
    [36 * HOUR_MS - 60_000, {}, false],
    [36 * HOUR_MS + 1, {}, true],
    [36 * HOUR_MS + 1, { 'max-age': '10d' }, false],
    [2 * HOUR_MS, { 'max-age': '1h' }, true],
  ])('%i ms after the last good pull, with %o: %s', async (later, flags, expected) => {
    trial.simulator.clock.advance(later);
    expect(found(await trial.verify(flags)).includes(stale)).toBe(expected);
  });

  it('of one slice alone is a warning: it may have been given up', async () => {
    trial.simulator.clock.advance(3 * DAY_MS);
    await trial.pull({ region: 'us-east-1' });
    await expectFound('slice-stale copy-ONE_DAY-eu-west-1-any in copy_job_summaries');
  });

  it('of a ledger with failed pulls only is that of no good pull', async () => {
    const other = await openTrial({ faults: [{ fault: 'access-denied' }] });
    await other.pull();
    expect(found(await other.verify())).toContain(stale);
    await other.close();
  });

  it('of nothing at all is no ledger', async () => {
    const other = await openTrial();
    expect(found(await other.verify())).toEqual(['no-ledger .']);
    await other.close();
  });
});

describe('a pull that was killed before its record', () => {
  const today = 'pulls/pull_date=2026-11-26/';

  beforeEach(async () => {
    trial.simulator.clock.advance(DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    for (const key of await keysUnder(today)) await trial.tamper(key, undefined);
  });

  it('is given two hours', async () => {
    const result = await trial.verify();
    expect(result.exit_code).toBe(0);
    expect(new Set(result.findings.map(({ code }) => code))).toEqual(
      new Set(['object-unrecorded', 'raw-unrecorded']),
    );
  });

  it('then is an error', async () => {
    trial.simulator.clock.advance(2 * HOUR_MS + 1);
    const result = await trial.verify();
    expect(result.exit_code).toBe(65);
    expect(found(result).filter((line) => line.startsWith('object-unknown')).length).toBeGreaterThan(0);
  });

  it('and is healed by the next one', async () => {
    trial.simulator.clock.advance(60_000);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    const result = await trial.verify();
    expect(result.findings.map(({ code }) => code)).toEqual(['raw-unrecorded', 'raw-unrecorded']);
  });
});
