import { expect } from 'vitest';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { readRaw } from '../../src/ledger/raw-pages.ts';
import type { PullResult } from '../../schemas/pull-result.ts';
import type { S3Server } from '../fixtures/s3-server.ts';
import { BUCKET, expectedRows, openTrial, type Trial, withoutObservation } from '../fixtures/trial.ts';
import { TRIES } from './expectations.ts';
import { clearOut, isRaw, layOut, type Objects, objectsIn } from './ledger-copies.ts';
import { backupRequests, type PulledRequest, s3Requests } from './requests.ts';
import { type WhichPull, firstPullOf, foundedBefore } from '../fixtures/drill.ts';

const DAYS = 3;
/** So that there are several pages of rows. */
const PAGE_SIZE = '12';

/** Long enough never to be met by chance; a request that hangs is worth a shorter one. */
const PATIENT = { connect: 5_000, answer: 20_000 };
const HASTY = { connect: 5_000, answer: 400 };

export interface PullIn {
  readonly folder: string;
  /** Whether a request is going to hang. */
  readonly hangs?: boolean;
  /** Milliseconds after the time at which the pull was due. */
  readonly later?: number;
}

/** What a disturbed pull is measured by. Equal times give equal bytes, so ledgers are compared byte by byte. */
export interface Rehearsal {
  readonly trial: Trial;
  readonly s3: S3Server;
  readonly before: Objects;
  readonly after: Objects;
  /** As an undisturbed pull leaves it that comes only when a disturbed one is repeated. */
  readonly late: Objects;
  readonly onS3: readonly PulledRequest[];
  readonly atBackup: readonly PulledRequest[];
  readonly pull: (where: PullIn) => Promise<PullResult>;
}

/** When a disturbed pull is repeated, in milliseconds after it. */
export const REPEATED_AFTER = 60_000;

/** Brings a ledger to the point where the pull is due, and pulls undisturbed, now and later. */
export async function rehearse(which: WhichPull): Promise<Rehearsal> {
  const now = firstPullOf(which);
  const trial = await openTrial({
    on: 's3',
    now,
    summaries: 150,
    world: { absences: foundedBefore(now, DAYS) },
  });
  const { s3, simulator } = trial;
  if (!s3) throw new Error('no S3');
  const pull = ({ folder, hangs = false, later = 0 }: PullIn) =>
    trial.pull(
      { ledger: ledgerIn(folder), 'page-size': PAGE_SIZE, 'max-attempts': String(TRIES) },
      {
        clock: { now: () => simulator.clock.now() + later },
        timeouts: hangs ? HASTY : PATIENT,
        backoff: { minDelayMs: 1, maxDelayMs: 5 },
      },
    );
  if (which === 'a pull a day later') {
    expect(await pull({ folder: 'due' })).toMatchObject({ outcome: 'ok' });
    simulator.clock.advance(DAY_MS);
  }
  const before = objectsIn(s3, 'due');

  async function undisturbed(folder: string, later: number): Promise<Objects> {
    layOut(s3!, folder, before);
    simulator.requests.clear();
    expect(await pull({ folder, later })).toMatchObject({
      outcome: 'ok',
      slices: [{ reconciled: 'matched' }],
    });
    return objectsIn(s3!, folder);
  }
  const late = await undisturbed('late', REPEATED_AFTER);
  const earlier = s3.requests.length;
  const after = await undisturbed('prefix', 0);
  await expectTrue(trial, after);
  expectWork(which, before, after);
  for (const folder of ['due', 'late', 'prefix']) clearOut(s3, folder);
  return {
    ...{ trial, s3, before, after, late, pull },
    onS3: s3Requests(s3.requests.slice(earlier), new Set(before.keys())),
    atBackup: backupRequests(simulator.requests.recent),
  };
}

export function ledgerIn(folder: string): string {
  return `s3://${BUCKET}/${folder}`;
}

/** There is something to create, and a day later something to replace. */
function expectWork(which: WhichPull, before: Objects, after: Objects): void {
  const partitions = [...after].filter(([key]) => key.endsWith('.parquet'));
  const replaced = partitions.filter(([key, { etag }]) => before.has(key) && before.get(key)?.etag !== etag);
  expect(partitions.filter(([key]) => !before.has(key)).length).toBeGreaterThan(0);
  expect(replaced.length > 0).toBe(which === 'a pull a day later');
}

/** What the others are compared with is right, as an independent reader sees it. */
async function expectTrue(trial: Trial, objects: Objects): Promise<void> {
  const truth = expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' }));
  expect(withoutObservation(await trial.rows())).toEqual(expect.arrayContaining(truth));
  for (const [key, { bytes }] of objects) {
    if (!isRaw(key)) continue;
    let pages = 0;
    for await (const page of (await readRaw(gzipLines, bytes)).pages) pages += page.length > 0 ? 1 : 0;
    expect(pages).toBeGreaterThan(2);
  }
}
