import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../schemas/columns.ts';
import type { VerifyResult } from '../../schemas/verify-result.ts';
import { parquetCodec } from '../../src/adapters/parquet/codec.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { fileOrder } from '../../src/domain/row.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** A sound ledger, and one damage after the other: each is found, by its name, in its place. */

const DAY = '2026-11-15';
const KEY = keyOf('2026-11');
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

function keyOf(month: string, region = 'eu-west-1'): string {
  return `copy_job_summaries/aggregation_period=ONE_DAY/start_month=${month}/${region}.parquet`;
}

async function bytesOf(key: string): Promise<Uint8Array> {
  const bytes = (await trial.objects()).get(key);
  if (!bytes) throw new Error(`no ${key}`);
  return bytes;
}

async function keysUnder(prefix: string): Promise<string[]> {
  return [...(await trial.objects()).keys()].filter((key) => key.startsWith(prefix)).toSorted();
}

/** Rewrites a day of a partition, in perfect Parquet. */
async function rewrite(
  change: (rows: SummaryRow[]) => SummaryRow[],
  { key = KEY, day = DAY } = {},
): Promise<void> {
  const month = await parquetCodec.open('copy', await bytesOf(key));
  await trial.tamper(key, await month.splice(new Map([[day, change(await month.rowsOf(day))]])));
}

const RECORDS = 'pulls/pull_month=2026-11/copy-ONE_DAY-eu-west-1-any.jsonl';

/** Changes the lines of an object of records by hand. */
async function rewriteLines(change: (lines: string[]) => string[], key = RECORDS): Promise<void> {
  const lines = Buffer.from(await bytesOf(key))
    .toString()
    .trimEnd()
    .split('\n');
  const changed = change(lines);
  await trial.tamper(key, changed.length > 0 ? Buffer.from(`${changed.join('\n')}\n`) : undefined);
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
    expect(result).toMatchObject({ partitions: 2, rows: rows.length, records: 6, raw_files: 6 });
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

  it('has none when only what belongs to the last months is read, and says less', async () => {
    for (let days = 0; days < 3; days++) {
      trial.simulator.clock.advance(13 * DAY_MS);
      await trial.pull({ region: 'eu-west-1,us-east-1' });
    }
    const all = await trial.verify();
    const recent = await trial.verify({ since: '2026-12-20' });
    // The pulls lie so far apart that AWS showed no end of some jobs.
    expect(new Set(all.findings.map(({ code }) => code))).toEqual(new Set(['rows-unfinished']));
    expect(recent.findings.filter(({ code }) => code !== 'rows-unfinished')).toEqual([]);
    expect(recent.partitions).toBeLessThan(all.partitions);
    expect(recent.raw_files).toBeLessThan(all.raw_files);
  });

  it.each([
    ['all', 6],
    ['recent', 6],
    ['none', 0],
  ])('has its raw files read as far as is wanted: %s', async (raw, read) => {
    expect(await trial.verify({ raw })).toMatchObject({ raw_files: read, findings: [] });
  });

  it('has none when it was copied as it lies, with the lock of a folder', async () => {
    const copy = await openTrial({ on: 's3', summaries: 150 });
    for (const [key, bytes] of await trial.objects()) await copy.tamper(key, bytes);
    await copy.tamper('.lock', new Uint8Array());
    copy.simulator.clock.advance(2 * DAY_MS);
    expect((await copy.verify()).findings).toEqual([]);
    await copy.close();
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

  it("that is another region's", async () => {
    await trial.tamper(KEY, await bytesOf(keyOf('2026-11', 'us-east-1')));
    const result = await trial.verify();
    expect(new Set(found(result))).toEqual(new Set([`key-mismatch ${KEY}`, `object-unknown ${KEY}`]));
  });

  it("that is another month's", async () => {
    const other = keyOf('2026-10');
    await trial.tamper(other, await bytesOf(KEY));
    const result = await trial.verify();
    expect(new Set(found(result))).toEqual(new Set([`key-mismatch ${other}`, `object-unknown ${other}`]));
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
    const rows = await (await parquetCodec.open('copy', await bytesOf(KEY))).rowsOf(DAY);
    const asScan = rows.map((row) => ({ ...row, message_category: null }));
    await trial.tamper(KEY, await parquetCodec.encode('scan', new Map([[DAY, asScan]])));
    await expectFound(`object-damaged ${KEY}`);
  });

  it('that is an older version of itself, however young', async () => {
    const before = await bytesOf(KEY);
    trial.simulator.clock.advance(60_000);
    trial.simulator.world.set({ countOn: 'last-change' });
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    expect(Buffer.compare(before, await bytesOf(KEY))).not.toBe(0);
    await expectFound();
    await trial.tamper(KEY, before);
    await expectFound(`object-outdated ${KEY}`);
  });

  it('that was changed by hand, when a pull has built upon it since', async () => {
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    const start = Date.parse(DAY) / 1000;
    await rewrite((rows) => rows.map((other, index) => (index === 0 ? { ...other, job_count: 77 } : other)));
    trial.simulator.clock.advance(DAY_MS);
    const elsewhere = { ...row, AccountId: '999999999999', StartTime: start, EndTime: start + 86_400 };
    trial.simulator.setFaults([{ fault: 'raw', items: [elsewhere], replace: true }]);
    await trial.pull();
    const result = await trial.verify();
    expect(found(result)).toContain(`object-unwritten ${KEY}`);
    expect(result.exit_code).toBe(65);
  });

  it('that nobody wrote', async () => {
    const key = keyOf('2025-01');
    await trial.tamper(key, await parquetCodec.encode('copy', new Map()));
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
    'pulls/x.jsonl',
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

describe('a line of the records', () => {
  const change = (line: string) => line.replace('"conflicts":0', '"conflicts":1');

  it('that cannot be read', async () => {
    await rewriteLines(([first, second]) => [first ?? '', second ?? '', '{"record_version":1']);
    const result = await trial.verify();
    expect(found(result)).toContain(`record-damaged ${RECORDS}:3`);
    expect(result.exit_code).toBe(65);
  });

  it.each([1, 2, 3])('that was changed: line %i', async (number) => {
    await rewriteLines((lines) => lines.map((line, index) => (index === number - 1 ? change(line) : line)));
    const result = await trial.verify();
    expect(found(result)).toContain(`record-damaged ${RECORDS}:${number}`);
    expect(result.exit_code).toBe(65);
  });

  it.each([1, 2])('that was removed: line %i', async (number) => {
    await rewriteLines((lines) => lines.toSpliced(number - 1, 1));
    const result = await trial.verify();
    expect(found(result)).toContain(`record-chain-broken ${RECORDS}:${number}`);
    expect(result.exit_code).toBe(65);
  });

  it('that was removed and was the last: its objects are known to nobody', async () => {
    await rewriteLines((lines) => lines.slice(0, -1));
    trial.simulator.clock.advance(3 * HOUR_MS);
    const result = await trial.verify();
    expect(result.exit_code).toBe(65);
    expect(found(result)).toContain(`object-unknown ${KEY}`);
  });

  it('that was moved', async () => {
    await rewriteLines(([first = '', second = '', third = '']) => [first, third, second]);
    expect(found(await trial.verify())).toEqual(
      expect.arrayContaining([`record-chain-broken ${RECORDS}:2`, `record-chain-broken ${RECORDS}:3`]),
    );
  });

  it('that was added again', async () => {
    await rewriteLines(([first = '', ...rest]) => [first, first, ...rest]);
    expect(found(await trial.verify())).toContain(`record-chain-broken ${RECORDS}:2`);
  });

  it('of another slice', async () => {
    const other = Buffer.from(await bytesOf(RECORDS.replace('eu-west-1', 'us-east-1'))).toString();
    await rewriteLines((lines) => [...lines, other.split('\n')[0] ?? '']);
    expect(found(await trial.verify())).toContain(`record-damaged ${RECORDS}:4`);
  });

  it('whose object is gone, while the next month goes on', async () => {
    trial.simulator.clock.advance(10 * DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    await trial.tamper(RECORDS, undefined);
    const december = RECORDS.replace('2026-11', '2026-12');
    expect(found(await trial.verify())).toEqual(
      expect.arrayContaining([`record-chain-broken ${december}:1`, `record-missing ${RECORDS}`]),
    );
  });

  it('goes on across months, also where a pull of the old month is recorded late', async () => {
    trial.simulator.clock.advance(10 * DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    await expectFound();
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
  it('that AWS no longer had, as is on record, are a warning for ever', async () => {
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

  it('of a slice whose records of a month were removed are an error', async () => {
    for (let days = 0; days < 6; days++) {
      trial.simulator.clock.advance(10 * DAY_MS);
      await trial.pull();
    }
    await trial.tamper(RECORDS.replace('2026-11', '2026-12'), undefined);
    const result = await trial.verify();
    expect(found(result)).toContain('days-uncovered copy-ONE_DAY-eu-west-1-any in copy_job_summaries');
    expect(found(result).some((line) => line.startsWith('record-'))).toBe(true);
  });

  it('on which the caller had lost its view are lost, and every pull says so', async () => {
    trial.simulator.setFaults([{ fault: 'raw', items: [], replace: true }]);
    for (let days = 0; days < 20; days++) {
      trial.simulator.clock.advance(DAY_MS);
      const { slices } = await trial.pull();
      expect(slices[0]?.warnings).toContainEqual(expect.stringMatching(/^only 0 accounts came/));
    }
    trial.simulator.setFaults([]);
    trial.simulator.clock.advance(DAY_MS);
    const { slices } = await trial.pull();
    expect(slices[0]?.gap).toEqual({ from: '2026-11-25', to: '2026-12-01' });
    expect(found(await trial.verify())).toContain(
      'days-lost copy-ONE_DAY-eu-west-1-any in copy_job_summaries',
    );
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
  beforeEach(async () => {
    trial.simulator.clock.advance(DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    for (const region of ['eu-west-1', 'us-east-1'])
      await rewriteLines((lines) => lines.slice(0, -1), RECORDS.replace('eu-west-1', region));
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

  it('explains one content, and no change by hand that came after it', async () => {
    trial.simulator.clock.advance(DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    await rewrite((rows) => rows.map((row, index) => (index === 0 ? { ...row, job_count: 77 } : row)));
    trial.simulator.clock.advance(DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    const result = await trial.verify();
    expect(result.exit_code).toBe(65);
    expect(found(result)).toContain(`object-unwritten ${KEY}`);
  });

  it('explains nothing of a month it did not touch', async () => {
    trial.simulator.clock.set(Date.UTC(2027, 1, 20, 3));
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    const key = keyOf('2027-02');
    const day = '2027-02-15';
    await rewrite((rows) => rows.map((row, index) => (index === 0 ? { ...row, job_count: 77 } : row)), {
      key,
      day,
    });
    trial.simulator.clock.advance(60_000);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    expect(found(await trial.verify())).toContain(`object-unwritten ${key}`);
  });

  it('and is healed by the next one: that it was there stays a warning', async () => {
    trial.simulator.clock.advance(DAY_MS);
    await trial.pull({ region: 'eu-west-1,us-east-1' });
    const result = await trial.verify();
    expect(result.exit_code).toBe(0);
    expect(new Set(result.findings.map(({ code }) => code))).toEqual(
      new Set(['object-unrecorded', 'raw-unrecorded']),
    );
  });
});
