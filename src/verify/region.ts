import pMap from 'p-map';
import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import { kindNames } from '../../schemas/kinds.ts';
import { sha256 } from '../domain/sha256.ts';
import { DamagedObjectError } from '../errors.ts';
import { createUnfinishedRows } from './unfinished-rows.ts';
import { type RegionRecords, readRecords } from './records.ts';
import type { RegionTask, VerifyWorld } from './task.ts';
import { recordMonth } from '../ledger/records-key.ts';
import { checkDay } from './check-partition.ts';
import { GRACE_MS } from '../ledger/grace.ts';
import { addDays, firstDayOf, addMonths, type Day } from '../domain/day.ts';
import { parsePartitionPath } from '../ledger/partition.ts';
import { isPartlyUnnamed } from '../domain/row.ts';
import { some } from '../domain/show.ts';

/** Objects read side by side. */
const OBJECT_CONCURRENCY = 32;

type Partition = RegionTask['survey']['partitions'][number];

/** Verifies one region and returns when its last good pull began. */
export async function verifyRegion(task: RegionTask, world: VerifyWorld): Promise<EpochMs | undefined> {
  const { survey, isRead } = task;
  const records = await readRecords(task, world);
  await pMap(survey.raws, (raw) => verifyRaw(raw, records, task, world), { concurrency: OBJECT_CONCURRENCY });
  const unfinished = createUnfinishedRows(task.now);
  await pMap(
    survey.partitions.filter(({ month }) => isRead.partitions(month)),
    (partition) => verifyPartition({ partition, records, unfinished }, task, world),
    { concurrency: OBJECT_CONCURRENCY },
  );
  reportMissing(records, task);
  reportUnwritten(records, task);
  for (const { table, message } of unfinished.warnings()) {
    task.findings.add('rows-unfinished', `${table} ${survey.region}`, message);
  }
  return records.newestGood;
}

async function verifyRaw(
  { key, slice, instant }: RegionTask['survey']['raws'][number],
  records: RegionRecords,
  { findings, count, isRead }: RegionTask,
  { store, signal }: VerifyWorld,
): Promise<void> {
  signal.throwIfAborted();
  const recorded = records.raws.get(key);
  if (recorded === undefined && !isRead.records(recordMonth(instant))) return;
  if (recorded === undefined) {
    records.sawUnrecordedRaw(slice, instant);
    findings.add(
      'raw-unrecorded',
      key,
      'no pull record names it: a pull is under way or was killed. It does no harm',
    );
    return;
  }
  if (!isRead.raw(instant)) return;
  const object = await store.get(key);
  count({ raw_files: 1 });
  if (!object || sha256(object.bytes) !== recorded) {
    findings.add(
      'raw-damaged',
      key,
      `expected content ${recorded} (SHA-256), got other bytes: restore it from a copy`,
    );
  }
}

interface PartitionTask {
  readonly partition: Partition;
  readonly records: RegionRecords;
  readonly unfinished: ReturnType<typeof createUnfinishedRows>;
}

async function verifyPartition(
  { partition, records, unfinished }: PartitionTask,
  task: RegionTask,
  { store, codec, signal }: VerifyWorld,
): Promise<void> {
  signal.throwIfAborted();
  const { key, table } = partition;
  const { findings, count, manifest } = task;
  const binding = manifest?.tables[table];
  const kind = kindNames.find((name) => name === binding?.kind);
  const object = await store.get(key);
  count({ partitions: 1 });
  if (!object) return;
  if (!binding || !kind || binding.aggregation_period !== partition.aggregationPeriod) {
    const held = binding ? `${binding.kind} rows of ${binding.aggregation_period}` : 'nothing';
    if (manifest) findings.add('table-unbound', key, `by ledger.json table ${table} holds ${held}`);
    return;
  }
  try {
    const month = await codec.open(kind, object.bytes);
    let newestRow = Number.NEGATIVE_INFINITY;
    const partlyUnnamed: Day[] = [];
    for (const day of month.days.keys()) {
      const rows = await month.rowsOf(day);
      count({ rows: rows.length });
      if (!month.holds(day, rows))
        findings.add(
          'object-damaged',
          key,
          `its rows of ${day} are not what their digest says. ${heal(partition)}`,
        );
      for (const { code, message } of checkDay(partition, { kind, grain: binding.grain, day, rows }))
        findings.add(code, key, `${message}. ${heal(partition)}`);
      if (isPartlyUnnamed(rows)) partlyUnnamed.push(day);
      unfinished.see({ table, day }, { kind, rows });
      newestRow = Math.max(newestRow, newestIn(rows));
    }
    if (partlyUnnamed.length > 0)
      findings.add(
        'accounts-unnamed',
        key,
        `rows without an AccountId lie beside rows of named accounts on ${some(partlyUnnamed, 3)}: the same jobs may be counted twice`,
      );
    judgeHash(partition, { hash: sha256(object.bytes), newestRow }, records, task);
  } catch (error) {
    if (!(error instanceof DamagedObjectError)) throw error;
    findings.add('object-damaged', key, `${error.message}. ${heal(partition)}`);
  }
}

function judgeHash(
  partition: Partition,
  { hash, newestRow }: { readonly hash: string; readonly newestRow: EpochMs },
  records: RegionRecords,
  { findings, now }: RegionTask,
): void {
  const { key, table } = partition;
  const verdict = records.hashes.judge(key, hash);
  if (verdict === 'known') return;
  // A good pull found it unchanged, and a killed one explains who wrote it: `reportUnwritten` says so.
  if (records.hashes.unwritten(key).includes(hash) && isExplained(partition, records)) return;
  if (verdict === 'outdated') {
    findings.add('object-outdated', key, `an older version of it has come back. ${heal(partition)}`);
  } else if (records.isUnderWay(table, newestRow, now - GRACE_MS)) {
    findings.add('object-unrecorded', key, 'written by a pull that is under way or was killed: pull again');
  } else {
    findings.add('object-unknown', key, `no pull record knows its content. ${heal(partition)}`);
  }
}

function newestIn(rows: readonly SummaryRow[]): EpochMs {
  return rows.reduce((newest, row) => Math.max(newest, row.observed_at), Number.NEGATIVE_INFINITY);
}

function heal({ month, region }: Partition): string {
  const last = addDays(firstDayOf(addMonths(month, 1)), -1);
  return `Rebuild it: backup-ledger replay --from ${firstDayOf(month)} --to ${last} --region ${region}`;
}

/** Whether as many pulls were killed before their record as there are contents that no record wrote. */
function isExplained(
  { key, table, month }: Pick<Partition, 'key' | 'table' | 'month'>,
  records: RegionRecords,
): boolean {
  return records.hashes.unwritten(key).length <= records.killedPulls(table, month);
}

/** Contents that pulls met and that nobody wrote: somebody else did, or a pull that was killed before its record. */
function reportUnwritten(records: RegionRecords, { findings, isRead }: RegionTask): void {
  for (const key of records.hashes.keys()) {
    const partition = parsePartitionPath(key);
    if (!partition || !isRead.partitions(partition.month)) continue;
    const explained = isExplained({ key, ...partition }, records);
    for (const hash of records.hashes.unwritten(key)) {
      const what = `a pull built upon content ${hash} (SHA-256), which no record wrote`;
      if (explained)
        findings.add(
          'object-unrecorded',
          key,
          `${what}: by its raw pages a pull was killed before its record`,
        );
      else
        findings.add(
          'object-unwritten',
          key,
          `${what}: it was changed by hand. ${heal({ key, ...partition })}`,
        );
    }
  }
}

function reportMissing(records: RegionRecords, { survey, findings, isRead }: RegionTask): void {
  const present = new Set([...survey.partitions, ...survey.raws].map(({ key }) => key));
  for (const key of records.hashes.keys()) {
    const month = parsePartitionPath(key)?.month;
    if (present.has(key) || (month !== undefined && !isRead.partitions(month))) continue;
    findings.add(
      'object-missing',
      key,
      'a pull recorded it and it is gone. Rebuild it: backup-ledger replay',
    );
  }
  for (const key of records.raws.keys())
    if (!present.has(key))
      findings.add('raw-missing', key, 'a pull recorded it and it is gone: restore it from a copy');
}
