import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { DAY_MS } from '../../src/domain/day.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { RAW } from '../../src/domain/raw-key.ts';
import type { Finished } from '../fixtures/cli.ts';
import {
  openTrial,
  type ReadRow,
  RUN_TIME,
  type Trial,
  type TrialOptions,
  withoutObservation,
} from '../fixtures/trial.ts';

/** A pull on an empty ledger, and one a day later, which replaces what the first has written. */
export const pulls = ['a first pull', 'a pull a day later'] as const;
export type WhichPull = (typeof pulls)[number];

export type Place = NonNullable<TrialOptions['on']>;

/** A ledger as readers see it, day by day, and as it lies there; raw pages lie under a name of each attempt's own. */
interface Seen {
  readonly days: ReadonlyMap<string, readonly ReadRow[]>;
  readonly keys: ReadonlySet<string>;
  readonly records: number;
}

export interface Drill {
  /** Runs `kill` on a ledger at the point where the pull is due, checks what it leaves, runs again, checks again. */
  run(when: string, kill: (trial: Trial) => Promise<Finished>): Promise<void>;
  /** A ledger at the point where the pull is due. */
  open(): Promise<Trial>;
}

/** Rehearses the pull undisturbed, for what a disturbed one is measured by. */
export async function openDrill(on: Place, which: WhichPull, days: number): Promise<Drill> {
  const open = () => openDue(on, which, days);
  const trial = await open();
  const before = await see(trial);
  await pullAgain(trial);
  const after = await see(trial);
  await trial.close();
  expect(after.days.size).toBeGreaterThanOrEqual(days);
  expect([...after.days].filter(([day, rows]) => !isSame(rows, before.days.get(day))).length).toBeGreaterThan(
    1,
  );

  return {
    open,
    async run(when, kill) {
      const disturbed = await open();
      try {
        expect(await kill(disturbed), when).toMatchObject({ code: null, signal: 'SIGKILL', stdout: '' });
        await checkRemains(disturbed, { when, before, after });
        await pullAgain(disturbed);
        await checkHealed(disturbed, { when, after });
      } finally {
        await disturbed.close();
      }
    },
  };
}

/** An organisation that has existed for a few days only, so that every write of a pull can be died at. */
async function openDue(on: Place, which: WhichPull, days: number): Promise<Trial> {
  const founded = RUN_TIME - (RUN_TIME % DAY_MS) - days * DAY_MS;
  const absences = [{ account: '*', to: founded, why: 'left' as const }];
  const trial = await openTrial({ on, summaries: 150, world: { absences } });
  if (which === 'a pull a day later') {
    await trial.pull();
    trial.simulator.clock.advance(DAY_MS);
  }
  return trial;
}

/** A minute later, in an unchanged world. */
async function pullAgain(trial: Trial): Promise<void> {
  const clock = { now: () => trial.simulator.clock.now() + 60_000 };
  expect(await trial.pull({}, { clock })).toMatchObject({ outcome: 'ok', exit_code: 0 });
}

async function see(trial: Trial): Promise<Seen> {
  const rows = withoutObservation(await trial.rows());
  const days = groupBy(rows, ({ start_date }) => String(start_date));
  const keys = [...(await trial.objects()).keys()];
  const records = keys.filter(isRecord);
  const shared = keys.filter((key) => !isRecord(key) && !key.startsWith(RAW));
  return { days, keys: new Set(shared), records: records.length };
}

interface Measure {
  readonly when: string;
  readonly before: Seen;
  readonly after: Seen;
}

/** Each partition is as it was or as it should be; a record is there only when all of them are as they should be. */
async function checkRemains(trial: Trial, { when, before, after }: Measure): Promise<void> {
  const found = await see(trial);
  for (const [day, rows] of found.days) {
    const whole = [before, after].some((good) => isSame(rows, good.days.get(day)));
    expect(whole, `${day} ${when} is neither as before nor as after`).toBe(true);
  }
  for (const key of before.keys) expect(found.keys, when).toContain(key);
  for (const key of found.keys) expect(after.keys, when).toContain(key);
  if (found.records > before.records) {
    expect(found.days, when).toEqual(after.days);
    await checkNewestRecord(trial, when);
  }
  await checkOwnFiles(trial, when, ['.lock', '.staging']);
}

async function checkHealed(trial: Trial, { when, after }: Omit<Measure, 'before'>): Promise<void> {
  const found = await see(trial);
  expect(found.days, when).toEqual(after.days);
  expect(found.keys, when).toEqual(after.keys);
  expect([after.records, after.records + 1], when).toContain(found.records);
  await checkNewestRecord(trial, when);
  await checkOwnFiles(trial, when, ['.lock']);
}

/** What the newest record says of the objects, its raw pages among them, is so. */
async function checkNewestRecord(trial: Trial, when: string): Promise<void> {
  const objects = await trial.objects();
  const newest = (await trial.records()).at(-1);
  expect(newest?.outcome, when).toBe('ok');
  const raw = { partition: newest?.raw ?? 'no raw pages', sha256: newest?.raw_sha256 };
  for (const { partition, sha256 } of [...(newest?.objects ?? []), raw]) {
    const bytes = objects.get(partition) ?? new Uint8Array();
    expect(createHash('sha256').update(bytes).digest('hex'), `${partition} ${when}`).toBe(sha256);
  }
}

/** On a local ledger: nothing lies around but the store's own files, in the root. */
async function checkOwnFiles(trial: Trial, when: string, allowed: readonly string[]): Promise<void> {
  if (trial.s3) return;
  const names = await readdir(trial.ledger, { recursive: true });
  for (const name of names.filter((each) => /(^|\/)\./.test(each))) expect(allowed, when).toContain(name);
}

function isRecord(key: string): boolean {
  return key.startsWith('pulls/');
}

function isSame(rows: readonly ReadRow[], others: readonly ReadRow[] | undefined): boolean {
  return JSON.stringify(rows) === JSON.stringify(others);
}
