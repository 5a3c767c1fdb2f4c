import pMap from 'p-map';
import type { EpochMs } from '../../schemas/columns.ts';
import { type Finding, VERIFY_SCHEMA_VERSION, type VerifyResult } from '../../schemas/verify-result.ts';
import { createFindings, type Findings } from './findings.ts';
import type { ObjectStore } from '../ports.ts';
import { MANIFEST, type Manifest, readManifest } from '../ledger/manifest.ts';
import { type Survey, surveyLedger, surveySince } from '../ledger/survey.ts';
import { verifyRegion } from './region.ts';
import type { RegionTask, Scope, VerifyCounts, VerifyOptions, VerifyWorld } from './task.ts';
import { scopeOf } from './scope.ts';

/**
 * Reads a whole ledger back and checks what it promises, one region after the other, so that memory holds one region's
 * records and a few objects. Damage is a finding; throws what the store throws when something cannot be read at all.
 */
export async function verifyLedger(options: VerifyOptions, world: VerifyWorld): Promise<VerifyResult> {
  const startedAt = world.clock.now();
  const findings = createFindings();
  const counts: VerifyCounts = { partitions: 0, rows: 0, records: 0, raw_files: 0 };
  const isRead = scopeOf(options, startedAt);
  const manifest = await readDescription(world.store, findings);
  const survey = await surveyOf(manifest, isRead, world.store);
  if (!manifest && !survey.hasManifest && survey.regions.length > 0)
    findings.add(
      'manifest-missing',
      MANIFEST,
      'expected it to say which table holds what; restore it, or pull again',
    );
  const total = totalOf(survey);
  const count = (what: Partial<VerifyCounts>) => {
    counts.partitions += what.partitions ?? 0;
    counts.rows += what.rows ?? 0;
    counts.records += what.records ?? 0;
    counts.raw_files += what.raw_files ?? 0;
    world.report({ done: counts.partitions + counts.records + counts.raw_files, total, rows: counts.rows });
  };
  for (const key of survey.strangers) {
    findings.add(
      'unknown-file',
      key,
      'a ledger has no such file: find out who put it there, and move it away',
    );
  }
  const task = { manifest, now: startedAt, maxAgeMs: options.maxAgeMs, isRead, findings, count };
  const newest = await pMap(survey.regions, (region) => verifyRegion({ ...task, survey: region }, world), {
    concurrency: 1,
  });
  checkAge(newest, { ...task, hasLedger: total > 0 || survey.hasManifest });
  return {
    schema_version: VERIFY_SCHEMA_VERSION,
    ...verdictOf(findings.list()),
    started_at: new Date(startedAt).toISOString(),
    finished_at: new Date(world.clock.now()).toISOString(),
    ...counts,
    findings: findings.list(),
  };
}

function totalOf({ regions }: Survey): number {
  return regions.reduce(
    (sum, { partitions, records, raws }) => sum + partitions.length + records.length + raws.length,
    0,
  );
}

function verdictOf(findings: readonly Finding[]): Pick<VerifyResult, 'outcome' | 'exit_code'> {
  const isDamaged = findings.some(({ severity }) => severity === 'error');
  return isDamaged ? { outcome: 'damaged', exit_code: 65 } : { outcome: 'ok', exit_code: 0 };
}

async function readDescription(store: ObjectStore, findings: Findings): Promise<Manifest | undefined> {
  try {
    return await readManifest(store);
  } catch (error) {
    findings.addDamage('manifest-damaged', MANIFEST, error);
    return undefined;
  }
}

function surveyOf(manifest: Manifest | undefined, { first }: Scope, store: ObjectStore): Promise<Survey> {
  return manifest && first !== undefined ? surveySince(store, manifest, first) : surveyLedger(store);
}

interface AgeTask extends Omit<RegionTask, 'survey' | 'manifest' | 'count'> {
  readonly hasLedger: boolean;
}

/** `newest` are the instants of each region's last good pull. */
function checkAge(
  newest: readonly (EpochMs | undefined)[],
  { now, maxAgeMs, findings, hasLedger }: AgeTask,
): void {
  const known = newest.filter((instant) => instant !== undefined);
  if (!hasLedger) findings.add('no-ledger', '.', 'nothing is there: is this the right place?');
  else if (known.length === 0) findings.add('ledger-stale', '.', 'no good pull is on record');
  else if (now - Math.max(...known) > maxAgeMs) {
    const last = new Date(Math.max(...known)).toISOString();
    findings.add('ledger-stale', '.', `the last good pull was at ${last}: is the schedule still running?`);
  }
}
