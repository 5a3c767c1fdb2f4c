import pMap from 'p-map';
import { StoreError, UsageError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import type { RecordedPull, ReplayPlan } from './plan.ts';
import type { ReplayWorld } from './task.ts';
import { MANIFEST } from '../ledger/manifest.ts';
import { isReplay, parseRecord } from '../ledger/pull-record.ts';
import { surveyLedger } from '../ledger/survey.ts';

/** A ledger rebuilt elsewhere takes along what proves it: ledger.json, the raw pages and the records of its pulls. */

const OBJECT_CONCURRENCY = 8;

/** Throws `UsageError` when the target holds something that is not of this ledger. */
export async function prepareTarget(plan: ReplayPlan, { source, target }: ReplayWorld): Promise<void> {
  const survey = await surveyLedger(target);
  const known = new Set(pullsOf(plan).map(({ key }) => key));
  const records = survey.regions.flatMap((region) => region.records.map(({ key }) => key));
  const foreign = await pMap(
    records,
    async (key) => !known.has(key) && !(await isReplayRecord(target, key)),
    {
      concurrency: OBJECT_CONCURRENCY,
    },
  );
  const strangers = [...survey.strangers, ...records.filter((_, index) => foreign[index])];
  if (strangers.length > 0) throw notOurs(strangers[0] ?? '');
  if (
    records.length === 0 &&
    survey.regions.some(({ partitions }) => partitions.length > 0) &&
    !survey.hasManifest
  ) {
    throw notOurs('partitions without ledger.json');
  }
  await copy(MANIFEST, source, target);
}

function notOurs(what: string): UsageError {
  return new UsageError([
    `into: expected an empty place, or one an earlier replay of this ledger has filled, got one with ${what}`,
  ]);
}

async function isReplayRecord(store: ObjectStore, key: string): Promise<boolean> {
  const object = await store.get(key);
  return object !== undefined && isReplay(parseRecord(object.bytes));
}

/** Before the partitions. */
export async function copyEvidence(plan: ReplayPlan, { source, target }: ReplayWorld): Promise<void> {
  const raws = pullsOf(plan).flatMap(({ record }) => record.raw ?? []);
  await pMap(raws, (key) => copy(key, source, target), { concurrency: OBJECT_CONCURRENCY });
}

/** After the partitions. */
export async function copyRecords(plan: ReplayPlan, { source, target }: ReplayWorld): Promise<void> {
  await pMap(pullsOf(plan), ({ key }) => copy(key, source, target), { concurrency: OBJECT_CONCURRENCY });
}

function pullsOf({ units }: ReplayPlan): RecordedPull[] {
  return units.flatMap(({ pulls }) => pulls);
}

/** What is there already must be the same; what is not in the source cannot be copied, and is reported by the replay. */
async function copy(key: string, source: ObjectStore, target: ObjectStore): Promise<void> {
  const object = await source.get(key);
  if (!object) return;
  const put = await target.put(key, object.bytes, { ifAbsent: true });
  const there = put.written ? object : await target.get(key);
  if (there && Buffer.compare(there.bytes, object.bytes) === 0) return;
  throw new StoreError(
    'fix-usage',
    `${key} is there already, with another content: replay into an empty place`,
  );
}
