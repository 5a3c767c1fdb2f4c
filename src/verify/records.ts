import pMap from 'p-map';
import type { EpochMs } from '../../schemas/columns.ts';
import { kindNames, type Kind } from '../../schemas/kinds.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import type { ObjectStore } from '../ports.ts';
import { findUncovered } from './coverage.ts';
import { createKnownHashes, type KnownHashes } from '../ledger/known-hashes.ts';
import { type AnyRecord, isReplay, observedAtOf, parseRecord } from '../ledger/pull-record.ts';
import type { RegionTask, VerifyWorld } from './task.ts';

/** Records are small, and a request each. */
const RECORD_CONCURRENCY = 16;

/** What the records of one region say. */
export interface RegionRecords {
  readonly hashes: KnownHashes;
  /** Keys of recorded raw pages → their SHA-256. */
  readonly raws: ReadonlyMap<string, string>;
  readonly keys: ReadonlySet<string>;
  /** Keys named as last good pull → the records that name them. */
  readonly pointedTo: ReadonlyMap<string, readonly string[]>;
  /** When the last good pull began. */
  readonly newestGood: EpochMs | undefined;
  sawUnrecordedRaw(slice: string, instant: EpochMs): void;
  /**
   * Whether an object nobody recorded may be a pull's that has not come to its record: it holds rows newer than the
   * table's newest record, or raw pages without a record lie beside it, not older than `since`.
   */
  isUnderWay(table: string, newestRow: EpochMs, since: EpochMs): boolean;
}

type Read = Pick<PullRecord, 'table' | 'gap' | 'first_day'> & {
  readonly key: string;
  readonly slice: string;
  readonly kind: Kind;
  readonly period: string;
  readonly outcome: AnyRecord['outcome'];
  readonly observedAt: EpochMs;
};

/** Reads every record of the region, and reports what they show of its slices. */
export async function readRecords(task: RegionTask, world: VerifyWorld): Promise<RegionRecords> {
  const hashes = createKnownHashes();
  const raws = new Map<string, string>();
  const pointedTo = new Map<string, string[]>();
  const withdrawn = new Set<string>();
  const pulls: Read[] = [];
  await pMap(
    task.survey.records,
    async ({ key, slice }) => {
      world.signal.throwIfAborted();
      const record = await readRecord(world.store, key, task);
      if (!record) return;
      const observedAt = observedAtOf(record);
      for (const object of record.objects) hashes.add(object, observedAt);
      if (isReplay(record)) {
        for (const name of record.withdrawn) withdrawn.add(name);
        return;
      }
      const { raw, raw_sha256: hash, last_good_pull: last, outcome, table, gap, first_day } = record;
      if (raw && hash) raws.set(raw, hash);
      if (last) pointedTo.set(last, [...(pointedTo.get(last) ?? []), key].slice(0, 2));
      const kind = kindNames.find((name) => name === record.kind);
      if (kind) {
        pulls.push({
          key,
          slice,
          kind,
          period: record.aggregation_period,
          outcome,
          table,
          gap,
          first_day,
          observedAt,
        });
      }
    },
    { concurrency: RECORD_CONCURRENCY },
  );
  const good = pulls.filter(({ outcome, key }) => outcome === 'ok' && !withdrawn.has(key));
  reportSlices(pulls, good, task);
  const newestByTable = new Map<string, EpochMs>();
  for (const { table, observedAt } of good) {
    newestByTable.set(table, Math.max(observedAt, newestByTable.get(table) ?? observedAt));
  }
  const unrecorded: { kind: string; instant: EpochMs }[] = [];
  return {
    hashes,
    raws,
    pointedTo,
    keys: new Set(task.survey.records.map(({ key }) => key)),
    newestGood: good.length === 0 ? undefined : Math.max(...newestByTable.values()),
    sawUnrecordedRaw: (slice, instant) => unrecorded.push({ kind: slice.split('-')[0] ?? '', instant }),
    isUnderWay(table, newestRow, since) {
      const newest = newestByTable.get(table) ?? Number.NEGATIVE_INFINITY;
      const kind = task.manifest?.tables[table]?.kind;
      return (
        (newestRow > newest && newestRow >= since) ||
        unrecorded.some((raw) => raw.kind === kind && raw.instant > newest && raw.instant >= since)
      );
    },
  };
}

async function readRecord(
  store: ObjectStore,
  key: string,
  { findings, count }: RegionTask,
): Promise<AnyRecord | undefined> {
  const object = await store.get(key);
  count({ records: 1 });
  if (!object) return undefined;
  try {
    return parseRecord(object.bytes);
  } catch (error) {
    findings.addDamage('record-damaged', key, error);
    return undefined;
  }
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
        findings.add('days-lost', place, `${days}: AWS had forgotten when it was asked, as is on record`);
      else
        findings.add(
          'days-uncovered',
          place,
          `${days}: no good pull on record saw them whole, and none says they are lost`,
        );
    }
  }
}
