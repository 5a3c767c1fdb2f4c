import pMap from 'p-map';
import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import { kindNames, type Kind } from '../../schemas/kinds.ts';
import { sha256 } from '../domain/sha256.ts';
import { some } from '../domain/show.ts';
import { DamagedObjectError } from '../errors.ts';
import { checkPartition } from './check-partition.ts';
import { createUnfinishedRows } from './unfinished-rows.ts';
import { type RegionRecords, readRecords } from './records.ts';
import type { RegionTask, VerifyWorld } from './task.ts';

/** Objects read side by side; each is in memory once, decoded. */
const OBJECT_CONCURRENCY = 8;
/** A pull that is under way, or was killed, is given so long to be completed. */
const GRACE_MS = 2 * 3_600_000;

type Partition = RegionTask['survey']['partitions'][number];

/** Verifies one region and returns when its last good pull began. */
export async function verifyRegion(task: RegionTask, world: VerifyWorld): Promise<EpochMs | undefined> {
  const records = await readRecords(task, world);
  await pMap(task.survey.raws, (raw) => verifyRaw(raw, records, task, world), {
    concurrency: OBJECT_CONCURRENCY,
  });
  const unfinished = createUnfinishedRows(task.now);
  await pMap(
    task.survey.partitions,
    async (partition) => {
      const rows = await verifyPartition(partition, records, task, world);
      if (rows) unfinished.see(partition, rows);
    },
    { concurrency: OBJECT_CONCURRENCY },
  );
  reportMissing(records, task);
  for (const { table, message } of unfinished.warnings()) {
    task.findings.add('rows-unfinished', `${table} ${task.survey.region}`, message);
  }
  return records.newestGood;
}

async function verifyRaw(
  { key, slice, instant }: RegionTask['survey']['raws'][number],
  records: RegionRecords,
  { findings, count }: RegionTask,
  { store, signal }: VerifyWorld,
): Promise<void> {
  signal.throwIfAborted();
  const recorded = records.raws.get(key);
  const object = await store.get(key);
  count({ raw_files: 1 });
  if (recorded === undefined) {
    records.sawUnrecordedRaw(slice, instant);
    findings.add(
      'raw-unrecorded',
      key,
      'no pull record names it: a pull is under way or was killed. It does no harm',
    );
  } else if (!object || sha256(object.bytes) !== recorded) {
    findings.add(
      'raw-damaged',
      key,
      `expected content ${recorded} (SHA-256), got other bytes: restore it from a copy`,
    );
  }
}

/** Returns the rows of a partition that can be read. */
async function verifyPartition(
  partition: Partition,
  records: RegionRecords,
  task: RegionTask,
  { store, codec, signal }: VerifyWorld,
): Promise<{ readonly kind: Kind; readonly rows: readonly SummaryRow[] } | undefined> {
  signal.throwIfAborted();
  const { key, table } = partition;
  const { findings, count, manifest } = task;
  const binding = manifest?.tables[table];
  const kind = kindNames.find((name) => name === binding?.kind);
  const object = await store.get(key);
  count({ partitions: 1 });
  if (!object) return undefined;
  if (!binding || !kind || binding.aggregation_period !== partition.aggregationPeriod) {
    const held = binding ? `${binding.kind} rows of ${binding.aggregation_period}` : 'nothing';
    if (manifest) findings.add('table-unbound', key, `by ledger.json table ${table} holds ${held}`);
    return undefined;
  }
  try {
    const rows = await codec.decode(kind, object.bytes);
    count({ rows: rows.length });
    for (const { code, message } of checkPartition(partition, { kind, grain: binding.grain, rows })) {
      findings.add(code, key, `${message}. ${heal(partition)}`);
    }
    judgeHash(partition, sha256(object.bytes), rows, records, task);
    return { kind, rows };
  } catch (error) {
    if (!(error instanceof DamagedObjectError)) throw error;
    findings.add('object-damaged', key, `${error.message}. ${heal(partition)}`);
    return undefined;
  }
}

function judgeHash(
  partition: Partition,
  hash: string,
  rows: readonly SummaryRow[],
  records: RegionRecords,
  { findings, now }: RegionTask,
): void {
  const { key, table } = partition;
  const verdict = records.hashes.judge(key, hash);
  if (verdict === 'known') return;
  if (verdict === 'outdated') {
    findings.add('object-outdated', key, `an older version of it has come back. ${heal(partition)}`);
  } else if (records.isUnderWay(table, newestIn(rows), now - GRACE_MS)) {
    findings.add('object-unrecorded', key, 'written by a pull that is under way or was killed: pull again');
  } else {
    findings.add('object-unknown', key, `no pull record knows its content. ${heal(partition)}`);
  }
}

function newestIn(rows: readonly SummaryRow[]): EpochMs {
  return rows.reduce((newest, row) => Math.max(newest, row.observed_at), Number.NEGATIVE_INFINITY);
}

function heal({ startDate, region }: Partition): string {
  return `Rebuild it: backup-ledger replay --from ${startDate} --to ${startDate} --region ${region}`;
}

function reportMissing(records: RegionRecords, { survey, findings }: RegionTask): void {
  const present = new Set([...survey.partitions, ...survey.raws].map(({ key }) => key));
  for (const key of records.hashes.keys()) {
    if (!present.has(key)) {
      findings.add(
        'object-missing',
        key,
        'a pull recorded it and it is gone. Rebuild it: backup-ledger replay',
      );
    }
  }
  const lost = [...records.raws.keys()].filter((key) => !present.has(key));
  for (const key of lost)
    findings.add('raw-missing', key, 'a pull recorded it and it is gone: restore it from a copy');
  for (const [key, names] of records.pointedTo) {
    if (!records.keys.has(key)) {
      findings.add(
        'record-missing',
        key,
        `it is gone, and ${some(names, 1)} names it: restore it from a copy`,
      );
    }
  }
}
