import pMap from 'p-map';
import type { EpochMs } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import { groupBy } from '../domain/group-by.ts';
import { createKnownHashes, type KnownHashes } from '../ledger/known-hashes.ts';
import { type AnyRecord, isReplay, observedAtOf, parseRecord } from '../ledger/pull-record.ts';
import { parsePullName, recordMonth, recordsPath } from '../ledger/records-key.ts';
import { linesOf } from '../ledger/records.ts';
import { chainBreaks, type ChainLine, chainLine, type ChainMonth } from './chain.ts';
import { findUncovered } from './coverage.ts';
import type { RegionTask, VerifyWorld } from './task.ts';
import { type Month, addMonths } from '../domain/day.ts';

/** Objects of records read side by side. */
const RECORD_CONCURRENCY = 32;

/** What the records of one region say. */
export interface RegionRecords {
  readonly hashes: KnownHashes;
  /** Keys of recorded raw pages → their SHA-256. */
  readonly raws: ReadonlyMap<string, string>;
  /** When the last good pull began. */
  readonly newestGood: EpochMs | undefined;
  sawUnrecordedRaw(slice: string, instant: EpochMs): void;
  /**
   * Pulls of the table's kind that were killed before their record and may have written to the month, as raw pages without a
   * record tell. Each explains one content of a partition that no record wrote.
   */
  killedPulls(table: string, month: Month): number;
  /**
   * Whether an object nobody recorded may be a pull's that has not come to its record: it holds rows newer than the
   * table's newest record, or raw pages without a record lie beside it, not older than `since`.
   */
  isUnderWay(table: string, newestRow: EpochMs, since: EpochMs): boolean;
}

type Read = Pick<PullRecord, 'pull' | 'table' | 'gap' | 'first_day' | 'outcome'> & {
  readonly slice: string;
  readonly kind: Kind;
  readonly period: string;
  readonly observedAt: EpochMs;
};

/** Reads the region's records, and reports what they show of its slices. */
export async function readRecords(task: RegionTask, world: VerifyWorld): Promise<RegionRecords> {
  const objects = task.survey.records.filter(({ month }) => task.isRead.records(month));
  const months = await pMap(objects, (object) => readMonth(object, task, world), {
    concurrency: RECORD_CONCURRENCY,
  });
  reportChains(months, task);
  const records = months.flatMap(({ lines }) => lines.flatMap(({ record }) => record ?? []));
  reportMissingRecords(records, months, task);
  const hashes = createKnownHashes();
  for (const record of records)
    for (const object of record.objects) hashes.add(object, isReplay(record) ? 'replay' : 'pull');
  const pulls = records.filter((record): record is PullRecord => !isReplay(record));
  const withdrawn = new Set(records.filter(isReplay).flatMap((replay) => replay.withdrawn));
  const reads = pulls.map(readOf);
  const good = reads.filter(({ outcome, pull }) => outcome === 'ok' && !withdrawn.has(pull));
  reportSlices(reads, good, task);
  return {
    hashes,
    raws: new Map(pulls.flatMap(({ raw, raw_sha256: hash }) => (raw && hash ? [[raw, hash] as const] : []))),
    ...underWay(good, task),
  };
}

function readOf(record: PullRecord): Read {
  const { pull, table, gap, first_day, outcome, kind, aggregation_period: period } = record;
  const slice = parsePullName(pull)?.slice ?? '';
  return { pull, table, gap, first_day, outcome, kind, period, slice, observedAt: observedAtOf(record) };
}

interface ReadMonth extends ChainMonth {
  readonly slice: string;
}

async function readMonth(
  { key, slice, month }: RegionTask['survey']['records'][number],
  { findings, count }: RegionTask,
  { store, signal }: VerifyWorld,
): Promise<ReadMonth> {
  signal.throwIfAborted();
  const object = await store.get(key);
  const lines = linesOf(object?.bytes ?? new Uint8Array()).map((line, index): ChainLine => {
    const place = `${key}:${index + 1}`;
    try {
      return chainLine(place, line, parseRecord(line, { slice, month }));
    } catch (error) {
      findings.addDamage('record-damaged', place, error);
      return chainLine(place, line, undefined);
    }
  });
  count({ records: lines.length });
  return { slice, month, lines };
}

function reportChains(months: readonly ReadMonth[], { findings, isRead, manifest }: RegionTask): void {
  const isWhole = isRead.first === undefined || isRead.first <= (manifest?.first_month ?? '');
  for (const own of groupBy(months, (month) => month.slice).values()) {
    for (const { place, message } of chainBreaks(own, isWhole))
      findings.add('record-chain-broken', place, message);
  }
}

/** A record names the last good pull before it: that one must be there. */
function reportMissingRecords(
  records: readonly AnyRecord[],
  months: readonly ReadMonth[],
  { findings, isRead }: RegionTask,
): void {
  const present = new Set(records.map(({ pull }) => pull));
  const damaged = months.some(({ lines }) => lines.some(({ record }) => !record));
  const named = new Map<string, string>();
  for (const record of records)
    if (!isReplay(record) && record.last_good_pull !== null) named.set(record.last_good_pull, record.pull);
  for (const [pull, namedBy] of named) {
    const name = parsePullName(pull);
    if (present.has(pull) || damaged || !name || !isRead.records(recordMonth(name.instant))) continue;
    const place = recordsPath({ slice: name.slice, month: recordMonth(name.instant) });
    findings.add(
      'record-missing',
      place,
      `the record of ${pull} is gone, and ${namedBy} names it: restore it from a copy`,
    );
  }
}

function underWay(good: readonly Read[], task: RegionTask) {
  const newestByTable = new Map<string, EpochMs>();
  for (const { table, observedAt } of good)
    newestByTable.set(table, Math.max(observedAt, newestByTable.get(table) ?? observedAt));
  const unrecorded: { readonly kind: string; readonly instant: EpochMs }[] = [];
  const kindOf = (table: string) => task.manifest?.tables[table]?.kind;
  return {
    newestGood: good.length === 0 ? undefined : Math.max(...newestByTable.values()),
    sawUnrecordedRaw(slice: string, instant: EpochMs): void {
      unrecorded.push({ kind: slice.split('-')[0] ?? '', instant });
    },
    killedPulls: (table: string, month: Month) =>
      unrecorded.filter(({ kind, instant }) => kind === kindOf(table) && mayWriteTo(month, instant)).length,
    isUnderWay(table: string, newestRow: EpochMs, since: EpochMs): boolean {
      const newest = newestByTable.get(table) ?? Number.NEGATIVE_INFINITY;
      return (
        (newestRow > newest && newestRow >= since) ||
        unrecorded.some((raw) => raw.kind === kindOf(table) && raw.instant > newest && raw.instant >= since)
      );
    },
  };
}

/** A pull touches at most three months: its own and two before. */
function mayWriteTo(month: Month, instant: EpochMs): boolean {
  const last = recordMonth(instant);
  return month <= last && month >= addMonths(last, -2);
}

/** Days nobody saw, and slices nobody reads any more. */
function reportSlices(pulls: readonly Read[], good: readonly Read[], task: RegionTask): void {
  const { findings, now, maxAgeMs } = task;
  const names = new Map(pulls.map((pull) => [`${pull.slice} ${pull.table}`, pull]));
  for (const { slice, table, kind, period } of names.values()) {
    const own = good.filter((pull) => pull.slice === slice && pull.table === table);
    const place = `${slice} in ${table}`;
    const last = own.reduce(
      (newest, { observedAt }) => Math.max(newest, observedAt),
      Number.NEGATIVE_INFINITY,
    );
    if (now - last > maxAgeMs) {
      const when =
        own.length === 0
          ? 'there never was a good pull'
          : `its last good pull was at ${new Date(last).toISOString()}`;
      findings.add('slice-stale', place, when);
    }
    if (period !== 'ONE_DAY') continue;
    const covering = own.map(({ observedAt, first_day: firstDay, gap }) => ({ observedAt, firstDay, gap }));
    for (const { from, to, recorded } of findUncovered(kind, covering)) {
      const days = from === to ? from : `${from} to ${to}`;
      if (recorded)
        findings.add(
          'days-lost',
          place,
          `${days}: AWS no longer had them when it was asked, as is on record`,
        );
      else
        findings.add(
          'days-uncovered',
          place,
          `${days}: no good pull on record saw them whole, and none says they are lost`,
        );
    }
  }
}
