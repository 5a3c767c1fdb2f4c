import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../schemas/columns.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import { createFileStore } from '../../src/adapters/folder/store.ts';
import { parquetCodec } from '../../src/adapters/parquet/codec.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import type { SummaryItem } from '../../src/simulator/index.ts';
import { openTrial, sliceOf, type Trial, withoutObservation } from '../fixtures/trial.ts';

/** Ledgers that went through much, rebuilt from their raw pages alone. */

const TABLE = 'copy_job_summaries';
const DAY = '2026-11-20';

let trial: Trial;
let elsewhere: string;
beforeEach(async () => {
  trial = await openTrial({ summaries: 150 });
  elsewhere = await mkdtemp(join(tmpdir(), 'backup-ledger-'));
});
afterEach(async () => {
  await trial.close();
  await rm(elsewhere, { recursive: true, force: true });
});

function keyOn(day: string, region = 'eu-west-1'): string {
  return `${TABLE}/aggregation_period=ONE_DAY/start_month=${day.slice(0, 7)}/${region}.parquet`;
}

/** Every data object, its bytes as hexadecimal: equal pictures are equal byte for byte. */
async function data(of: Trial = trial): Promise<Record<string, string>> {
  const objects = [...(await of.objects())].filter(([key]) => key.endsWith('.parquet'));
  return Object.fromEntries(objects.map(([key, bytes]) => [key, Buffer.from(bytes).toString('hex')]));
}

async function bytesOf(key: string): Promise<Uint8Array> {
  return (await trial.objects()).get(key) ?? new Uint8Array();
}

/** Pulls on some days of a world in which jobs run long, accounts come and go, and AWS shows the current day. */
async function live(of: Trial = trial, days = 6): Promise<void> {
  const [gone = '', hidden = ''] = of.simulator.accounts;
  of.simulator.world.set({
    showToday: true,
    countOn: 'last-change',
    absences: [
      { account: gone, from: of.simulator.clock.now() + 2 * DAY_MS, why: 'left' },
      {
        account: hidden,
        from: of.simulator.clock.now() + DAY_MS,
        to: of.simulator.clock.now() + 3 * DAY_MS,
        why: 'hidden',
      },
    ],
  });
  for (let day = 0; day < days; day++) {
    await of.pull({ region: 'eu-west-1,us-east-1', kind: 'copy,restore' });
    of.simulator.clock.advance(DAY_MS);
  }
}

/** And what else can befall a ledger: tolerated rejects, totals that do not match, one account asked for alone. */
async function liveThroughTrouble(): Promise<void> {
  await live();
  const [account = ''] = trial.simulator.accounts.slice(2);
  trial.simulator.setFaults([{ fault: 'missing-field', page: 1, rows: 3 }]);
  await trial.pull({ 'max-rejects': '3' });
  trial.simulator.clock.advance(3_600_000);
  trial.simulator.setFaults([{ fault: 'raw', of: 'rows', items: withoutOne(), replace: true }]);
  const { protected: kept, reconciled } = sliceOf(await trial.pull());
  if (kept === 0 || reconciled !== 'mismatched') throw new Error('expected a mismatched day to be protected');
  trial.simulator.setFaults([]);
  trial.simulator.clock.advance(3_600_000);
  await trial.pull({ account });
  trial.simulator.clock.advance(3_600_000);
  await trial.pull({ state: 'AGGREGATE_ALL', table: 'copy_sums' });
  await trial.pull({ 'aggregation-period': 'SEVEN_DAYS', table: 'copy_weeks' });
  trial.simulator.clock.advance(3_600_000);
}

/** What AWS would answer now, but for the finished jobs of an account on one day. */
function withoutOne(): readonly SummaryItem[] {
  const items = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
  const threeDaysAgo = trial.simulator.clock.now() / 1000 - 3 * 86_400;
  const left = items.findLast(({ State, StartTime }) => State === 'COMPLETED' && StartTime < threeDaysAgo);
  return items.filter((item) => item !== left);
}

/** The ledger rebuilt in an empty place, as a trial of its own reads it. */
async function rebuiltData(flags = {}): Promise<Record<string, string>> {
  const result = await trial.replay({ into: elsewhere, ...flags });
  expect(result).toMatchObject({ outcome: 'ok', exit_code: 0 });
  return picture(elsewhere);
}

async function picture(folder: string): Promise<Record<string, string>> {
  const store = createFileStore({ root: folder });
  const found: Record<string, string> = {};
  for await (const { key } of store.list('')) {
    const object = key.endsWith('.parquet') ? await store.get(key) : undefined;
    if (object) found[key] = Buffer.from(object.bytes).toString('hex');
  }
  return found;
}

async function rewrite(key: string, change: (rows: SummaryRow[]) => SummaryRow[]): Promise<void> {
  const month = await parquetCodec.open('copy', await bytesOf(key));
  await trial.tamper(key, await month.splice(new Map([[DAY, change(await month.rowsOf(DAY))]])));
}

describe('a ledger rebuilt in an empty place', () => {
  it('is the original, byte for byte, after much trouble', async () => {
    await liveThroughTrouble();
    const original = await data();
    expect(Object.keys(original).length).toBeGreaterThan(5);
    expect(await rebuiltData()).toEqual(original);
  });

  it('verifies by itself', async () => {
    await liveThroughTrouble();
    await trial.replay({ into: elsewhere });
    const { findings, ...result } = await trial.verify({ ledger: elsewhere });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.exit_code).toBe(0);
  });

  it('is the same the second time, and then nothing but a record is written', async () => {
    await live();
    const first = await rebuiltData();
    const again = await trial.replay({ into: elsewhere });
    expect(again.tables.map(({ partitions }) => partitions.written)).toEqual([0, 0, 0, 0]);
    expect(await picture(elsewhere)).toEqual(first);
  });

  it('can be pulled into: it is a ledger like any other', async () => {
    await live();
    await trial.replay({ into: elsewhere });
    const result = await trial.pull({ ledger: elsewhere, region: 'eu-west-1,us-east-1' });
    expect(result.exit_code).toBe(0);
    expect((await trial.verify({ ledger: elsewhere })).exit_code).toBe(0);
  });

  it('holds the kinds, regions and days that were asked for', async () => {
    await live();
    const asked = { kind: 'restore', region: 'us-east-1', from: '2026-11-15', to: '2026-11-18' };
    const rebuilt = await rebuiltData(asked);
    const key = keyOn(DAY, 'us-east-1').replace('copy', 'restore');
    expect(Object.keys(rebuilt)).toEqual([key]);
    const original = await parquetCodec.open('restore', await bytesOf(key));
    const month = await parquetCodec.open('restore', Buffer.from(rebuilt[key] ?? '', 'hex'));
    const days = ['2026-11-15', '2026-11-16', '2026-11-17', '2026-11-18'];
    expect([...month.days.keys()]).toEqual(days);
    for (const day of days) expect(await month.rowsOf(day)).toEqual(await original.rowsOf(day));
  });

  it.each([
    ["somebody else's file", 'notes.txt'],
    ['pulls of another ledger', 'pulls/pull_month=2026-11/copy-ONE_DAY-ap-southeast-2-any.jsonl'],
  ])('is not mixed with %s', async (_what, key) => {
    await live(trial, 1);
    const other = await openTrial();
    await other.tamper(key, Buffer.from('x'));
    await expect(trial.replay({ into: other.ledger })).rejects.toMatchObject({ recovery: 'fix-usage' });
    expect(await data(other)).toEqual({});
    await other.close();
  });
});

describe('replay heals', () => {
  const key = keyOn(DAY);
  let original: Record<string, string>;
  beforeEach(async () => {
    await live(trial, 3);
    original = await data();
  });

  it.each([
    ['a deleted partition', async () => trial.tamper(key, undefined)],
    ['a truncated one', async () => trial.tamper(key, (await bytesOf(key)).slice(0, 99))],
    ['an empty one', async () => trial.tamper(key, new Uint8Array())],
    ['one with a changed count', () => rewrite(key, (rows) => rows.map((row) => ({ ...row, job_count: 1 })))],
    [
      'one with rows from the future',
      () => rewrite(key, (rows) => rows.map((row) => ({ ...row, observed_at: 4e12 }))),
    ],
    ['one without rows', () => rewrite(key, () => [])],
    [
      'all of them at once',
      async () => {
        for (const each of Object.keys(original)) await trial.tamper(each, undefined);
      },
    ],
  ])('%s, byte for byte', async (_what, damage) => {
    await damage();
    expect(await data()).not.toEqual(original);
    expect(await trial.replay()).toMatchObject({ outcome: 'ok', exit_code: 0 });
    expect(await data()).toEqual(original);
    expect((await trial.verify()).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('rows of an account that departed, which AWS shows no more', async () => {
    trial.simulator.clock.advance(20 * DAY_MS);
    await trial.pull();
    const [gone = ''] = trial.simulator.accounts;
    const before = (await trial.rows()).filter(({ account_id }) => account_id === gone);
    expect(before.length).toBeGreaterThan(0);
    for (const each of Object.keys(original)) await trial.tamper(each, undefined);
    await trial.replay();
    expect((await trial.rows()).filter(({ account_id }) => account_id === gone)).toEqual(before);
  });

  it('only the days asked for, where the rest of the month can stay as it is', async () => {
    const other = '2026-11-18';
    const intact = await parquetCodec.open('copy', await bytesOf(key));
    const wrong = async (day: string) => (await intact.rowsOf(day)).map((row) => ({ ...row, job_count: 77 }));
    await trial.tamper(
      key,
      await intact.splice(
        new Map([
          [DAY, await wrong(DAY)],
          [other, await wrong(other)],
        ]),
      ),
    );
    await trial.replay({ from: DAY, to: DAY });
    const healed = await parquetCodec.open('copy', await bytesOf(key));
    expect(await healed.rowsOf(DAY)).toEqual(await intact.rowsOf(DAY));
    expect(await healed.rowsOf(other)).toEqual(await wrong(other));
  });

  it('the whole month, where one day was asked for and the file is damaged', async () => {
    await trial.tamper(key, (await bytesOf(key)).slice(0, 99));
    await trial.replay({ from: DAY, to: DAY });
    expect(await data()).toEqual(original);
  });

  it('nothing where there is no ledger: that is wrong usage', async () => {
    await expect(trial.replay({ ledger: `${elsewhere}/typo` })).rejects.toMatchObject({
      recovery: 'fix-usage',
    });
  });

  it('nothing where nothing is wrong: no data object is written', async () => {
    const result = await trial.replay();
    expect(result.tables.map(({ partitions }) => partitions.written)).toEqual([0, 0, 0, 0]);
    expect(await data()).toEqual(original);
  });

  it('on S3 as well', async () => {
    const onS3 = await openTrial({ on: 's3', summaries: 150 });
    await live(onS3, 2);
    const before = await data(onS3);
    for (const each of Object.keys(before).slice(5)) await onS3.tamper(each, undefined);
    await onS3.tamper(Object.keys(before)[0] ?? '', Buffer.from('PAR1'));
    expect((await onS3.replay()).exit_code).toBe(0);
    expect(await data(onS3)).toEqual(before);
    await onS3.close();
  });
});

describe('what is left out is said', () => {
  it('raw pages of failed pulls, and those without a record', async () => {
    await live(trial, 1);
    trial.simulator.setFaults([{ fault: 'missing-field' }]);
    await trial.pull();
    const failed = (await trial.records()).find(({ outcome }) => outcome === 'failed')?.raw ?? '';
    const orphan = failed.replace(/\d{3}Z/, '999Z');
    await trial.tamper(orphan, await bytesOf(failed));
    const before = await data();
    expect((await trial.replay()).skipped).toEqual([
      { raw: failed, reason: 'pull failed' },
      { raw: orphan, reason: 'no record' },
    ]);
    expect(await data()).toEqual(before);
  });

  describe('a pull whose raw pages cannot be read', () => {
    beforeEach(async () => {
      await trial.pull();
      trial.simulator.clock.advance(DAY_MS);
      await trial.pull({ 'no-raw': true });
      trial.simulator.clock.advance(DAY_MS);
      await trial.pull();
    });

    it('leaves sound partitions as they are', async () => {
      const before = await data();
      const result = await trial.replay();
      expect(result).toMatchObject({ outcome: 'incomplete', exit_code: 65 });
      expect(result.tables[0]?.incomplete[0]).toMatchObject({
        action: 'kept',
        reasons: [expect.stringContaining('were not stored')],
      });
      expect(await data()).toEqual(before);
      expect((await trial.verify()).exit_code).toBe(0);
    });

    it('lets damaged ones be rebuilt from what there is', async () => {
      const key = keyOn('2026-11-22');
      const before = withoutObservation(await trial.rows());
      await trial.tamper(key, (await bytesOf(key)).slice(0, 50));
      const result = await trial.replay();
      expect(result.tables[0]?.incomplete).toContainEqual(
        expect.objectContaining({ partition: key, action: 'rebuilt' }),
      );
      expect(withoutObservation(await trial.rows())).toEqual(before);
    });

    it.each([
      ['are gone', () => undefined, 'is gone'],
      ['are damaged', (bytes: Uint8Array) => bytes.slice(0, -3), 'is damaged'],
    ])('because they %s', async (_why, damage, reason) => {
      const raw = (await trial.records())[0]?.raw ?? '';
      await trial.tamper(raw, damage(await bytesOf(raw)));
      const result = await trial.replay({ from: '2026-11-09', to: '2026-11-09' });
      expect(result).toMatchObject({ outcome: 'incomplete', exit_code: 65 });
      expect(result.tables[0]?.incomplete[0]?.reasons.join()).toContain(reason);
    });
  });
});

describe('a pull that is withdrawn', () => {
  let sound: Record<string, string>;
  let bad: string;
  beforeEach(async () => {
    await trial.pull();
    sound = await data();
    trial.simulator.clock.advance(60_000);
    trial.simulator.setFaults([{ fault: 'miscount', of: 'both', by: 1000, rows: 500 }]);
    await trial.pull();
    trial.simulator.setFaults([]);
    bad = (await trial.records()).at(-1)?.pull ?? '';
  });

  it.each([
    ['its name', () => bad],
    ['file name of its raw pages', async () => (await trial.records()).at(-1)?.raw?.split('/').at(-1) ?? ''],
    ['key of its raw pages', async () => (await trial.records()).at(-1)?.raw ?? ''],
  ])('by the %s is gone as if it had never been', async (_how, name) => {
    const result = await trial.replay({ exclude: await name() });
    expect(result).toMatchObject({ exit_code: 0, withdrawn: [bad] });
    expect(result.skipped).toEqual([expect.objectContaining({ reason: 'withdrawn' })]);
    expect(await data()).toEqual(sound);
    expect((await trial.verify()).exit_code).toBe(0);
  });

  it('stays withdrawn in later replays', async () => {
    await trial.replay({ exclude: bad });
    trial.simulator.clock.advance(60_000);
    expect((await trial.replay()).withdrawn).toEqual([bad]);
    expect(await data()).toEqual(sound);
    expect(await rebuiltData()).toEqual(sound);
  });

  it('leaves zero-row files where it was the only one', async () => {
    const first = (await trial.records())[0]?.pull ?? '';
    await trial.replay({ exclude: `${first},${bad}` });
    expect(Object.keys(await data())).toEqual(Object.keys(sound));
    expect(await trial.rows()).toEqual([]);
  });

  it.each(['nobody', 'pulls/x', 'json'])('is not one called %s', async (name) => {
    const before = await trial.objects();
    await expect(trial.replay({ exclude: name })).rejects.toMatchObject({
      problems: [expect.stringContaining(`got ${name}, which names none`)],
    });
    expect(await trial.objects()).toEqual(before);
  });
});

describe('beside a pull', () => {
  it('a replay undoes nothing that the pull brings', async () => {
    const onS3 = await openTrial({ on: 's3', summaries: 150, world: { showToday: true } });
    await onS3.pull();
    onS3.simulator.clock.advance(3_600_000);
    let pulled = false;
    onS3.s3?.setFault(async ({ operation, key }) => {
      if (pulled || operation !== 'PutObject' || !key.endsWith('.parquet')) return undefined;
      pulled = true;
      await onS3.pull();
      return undefined;
    });
    await onS3.tamper(keyOn(DAY), undefined);
    expect((await onS3.replay()).exit_code).toBe(0);
    onS3.s3?.setFault(undefined);
    const after = await data(onS3);
    const reference = await openTrial({ summaries: 150, world: { showToday: true } });
    await reference.pull();
    reference.simulator.clock.advance(3_600_000);
    await reference.pull();
    expect(after).toEqual(await data(reference));
    await reference.close();
    await onS3.close();
  });

  it('that has not been recorded yet, a replay keeps its hands off what that brought', async () => {
    await live(trial, 2);
    await trial.pull();
    const key = 'pulls/pull_month=2026-11/copy-ONE_DAY-eu-west-1-any.jsonl';
    const lines = Buffer.from(await bytesOf(key))
      .toString()
      .trimEnd()
      .split('\n');
    const before = await data();
    const record = JSON.parse(lines.at(-1) ?? '') as PullRecord;
    await trial.tamper(
      key,
      Buffer.from(
        lines
          .slice(0, -1)
          .map((line) => `${line}\n`)
          .join(''),
      ),
    );
    const result = await trial.replay();
    const own = record.objects.filter(({ action }) => action === 'written').map(({ partition }) => partition);
    const kept = result.tables[0]?.incomplete.map(({ partition }) => partition) ?? [];
    expect(kept.length).toBeGreaterThan(0);
    expect(own).toEqual(expect.arrayContaining(kept));
    expect(await data()).toEqual(before);
  });
});

describe('a partition that is no Parquet and that nothing brings back', () => {
  it('is named with what can be done, and that heals it', async () => {
    const other = await openTrial({ summaries: 60 });
    await other.pull({ region: 'us-east-1' });
    const key = 'copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11/eu-west-1.parquet';
    await other.tamper(key, Buffer.from('junk'));
    expect((await other.pull({ region: 'eu-west-1' })).exit_code).toBe(65);
    const result = await other.replay();
    expect(result).toMatchObject({ outcome: 'incomplete', exit_code: 65 });
    expect(result.unreadable).toEqual([
      { partition: key, cure: expect.stringContaining('move it out of the ledger and pull') as string },
    ]);
    await other.tamper(key, undefined);
    expect((await other.pull({ region: 'eu-west-1' })).exit_code).toBe(0);
    expect(await other.replay()).toMatchObject({ outcome: 'ok', unreadable: [] });
    await other.close();
  });
});

it('a partition without rows that is gone is there again', async () => {
  const other = await openTrial({ summaries: 60 });
  const [row] = other.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
  other.simulator.setFaults([{ fault: 'raw', items: [{ ...row, State: 'RUNNING' }], replace: true }]);
  await other.pull({ reconcile: 'off' });
  other.simulator.clock.advance(60_000);
  other.simulator.setFaults([
    { fault: 'raw', items: [{ ...row, State: 'RUNNING', Count: 0 }], replace: true },
  ]);
  await other.pull({ reconcile: 'off' });
  const [key = ''] = [...(await other.objects()).keys()].filter((name) => name.endsWith('.parquet'));
  await other.tamper(key, undefined);
  expect((await other.verify()).findings.map(({ code }) => code)).toContain('object-missing');
  expect((await other.replay()).exit_code).toBe(0);
  expect((await other.verify()).exit_code).toBe(0);
  await other.close();
});
