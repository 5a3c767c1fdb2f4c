import pMap from 'p-map';
import { StoreError, UsageError } from '../errors.ts';
import { MANIFEST } from '../ledger/manifest.ts';
import { isReplaySlice } from '../ledger/records-key.ts';
import { surveyLedger } from '../ledger/survey.ts';
import type { ObjectStore } from '../ports.ts';
import type { ReplayPlan } from './plan.ts';
import type { ReplayWorld } from './task.ts';

/** A ledger rebuilt elsewhere takes along what proves it: ledger.json, the raw pages and the records of its pulls. */

const OBJECT_CONCURRENCY = 8;

/** Throws `UsageError` when the target holds something that is not of this ledger. */
export async function prepareTarget(plan: ReplayPlan, { source, target }: ReplayWorld): Promise<void> {
  const survey = await surveyLedger(target);
  const known = new Set(plan.records);
  const records = survey.regions.flatMap((region) => region.records);
  const foreign = records.filter(({ key, slice }) => !known.has(key) && !isReplaySlice(slice));
  const [stranger] = [...survey.strangers, ...foreign.map(({ key }) => key)];
  if (stranger !== undefined) throw notOurs(stranger);
  const hasPartitions = survey.regions.some(({ partitions }) => partitions.length > 0);
  if (records.length === 0 && hasPartitions && !survey.hasManifest)
    throw notOurs('partitions without ledger.json');
  await copy(MANIFEST, source, target);
}

function notOurs(what: string): UsageError {
  return new UsageError([
    `into: expected an empty place, or one an earlier replay of this ledger has filled, got one with ${what}`,
  ]);
}

/** Before the partitions. */
export async function copyEvidence({ units }: ReplayPlan, { source, target }: ReplayWorld): Promise<void> {
  const raws = units.flatMap(({ pulls }) => pulls.flatMap(({ raw }) => raw ?? []));
  await pMap(raws, (key) => copy(key, source, target), { concurrency: OBJECT_CONCURRENCY });
}

/** After the partitions. */
export async function copyRecords({ records }: ReplayPlan, { source, target }: ReplayWorld): Promise<void> {
  await pMap(records, (key) => copy(key, source, target), { concurrency: OBJECT_CONCURRENCY });
}

/**
 * What is there already must be the same, or the beginning of it: records grow. What is not in the source cannot be copied,
 * and is reported by the replay.
 */
async function copy(key: string, source: ObjectStore, target: ObjectStore): Promise<void> {
  const object = await source.get(key);
  if (!object) return;
  const put = await target.put(key, object.bytes, { ifAbsent: true });
  if (put.written) return;
  const stored = await target.get(key);
  if (stored && Buffer.compare(stored.bytes, object.bytes) === 0) return;
  const isBeginning =
    stored !== undefined && Buffer.compare(stored.bytes, object.bytes.subarray(0, stored.bytes.length)) === 0;
  if (isBeginning && (await target.put(key, object.bytes, { ifVersion: stored.version })).written) return;
  throw new StoreError(
    'fix-usage',
    `${key} is there already, with another content: replay into an empty place`,
  );
}
