import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { parsePartitionPath } from '../../src/ledger/partition.ts';
import { sha256 } from '../../src/domain/sha256.ts';
import { MANIFEST } from '../../src/ledger/manifest.ts';
import { readRaw } from '../../src/ledger/raw-pages.ts';
import type { Finished } from '../fixtures/cli.ts';
import { startTogether } from '../fixtures/line-up.ts';
import { resultOf, startPull } from '../fixtures/pull-process.ts';
import {
  expectedRows,
  openTrial,
  type ReadRow,
  type Trial,
  type TrialOptions,
  withoutObservation,
} from '../fixtures/trial.ts';

const PROCESSES = 8;
const REGIONS = ['eu-west-1', 'us-east-1'];
const HALF_A_DAY = DAY_MS / 2;

interface Turn {
  /** Whenever they come to it, or all read before the first of them writes. */
  readonly start: typeof startTogether;
  /** Whether all pull the same slices, or each another account into the same partitions. */
  readonly same: boolean;
}

const turns: readonly Turn[] = [
  { start: startFreely, same: true },
  { start: startTogether, same: false },
  { start: startTogether, same: true },
  { start: startFreely, same: false },
];

/** Rows by start date: the truth of the last time each day was shown. */
type Truth = Map<string, readonly ReadRow[]>;

/**
 * Several processes pull at once, turn by turn the same slices or other accounts of the same partitions, round after
 * round, while the world moves on between them. Returns how many rounds were good.
 */
export async function raceInRounds(on: NonNullable<TrialOptions['on']>, rounds: number): Promise<number> {
  const trial = await openTrial({ on, accounts: PROCESSES, summaries: 150, world: { showToday: true } });
  const truth: Truth = new Map();
  try {
    for (let round = 1; round <= rounds; round++) {
      const earlier = new Set([
        ...(await trial.objects()).keys(),
        ...(await trial.records()).map(({ pull }) => pull),
      ]);
      const turn = turns[(round - 1) % turns.length] as Turn;
      await pullAtOnce(trial, turn);
      learn(truth, trial);
      const expected = [...truth.values()].flat();
      expect(bySize(withoutObservation(await trial.rows())), `round ${round}`).toEqual(bySize(expected));
      if (turn.same) await checkRecords(trial, earlier);
      await checkFiles(trial, earlier);
      trial.simulator.clock.advance(HALF_A_DAY);
    }
    return rounds;
  } finally {
    await trial.close();
  }
}

/** Each ends well, be it that another one was faster. */
async function pullAtOnce(trial: Trial, { start, same }: Turn): Promise<void> {
  const flags = trial.simulator.accounts.map((account) => [
    ...['--region', REGIONS.join(',')],
    ...(same ? [] : ['--account', account]),
  ]);
  expect(flags).toHaveLength(PROCESSES);
  for (const finished of await start(trial, flags)) {
    expect(finished, finished.stderr).toMatchObject({ code: 0, signal: null });
    const { slices } = resultOf(finished);
    expect(slices).toHaveLength(REGIONS.length);
    for (const { outcome, reconciled } of slices) {
      expect(['ok', 'superseded']).toContain(outcome);
      expect(reconciled).toBe('matched');
    }
  }
}

function startFreely(trial: Trial, flags: readonly (readonly string[])[]): Promise<readonly Finished[]> {
  return Promise.all(flags.map((each) => startPull(trial, { flags: each }).finished));
}

function learn(truth: Truth, { simulator }: Trial): void {
  const items = REGIONS.flatMap((region) => simulator.truth({ kind: 'copy', region }));
  const shown = groupBy(expectedRows(items), ({ start_date }) => String(start_date));
  for (const [day, rows] of shown) truth.set(day, rows);
}

function bySize(rows: readonly ReadRow[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

/** What each record of this round says of the objects is so: who reads the same writes the same, or nothing. */
async function checkRecords(trial: Trial, earlier: ReadonlySet<string>): Promise<void> {
  const objects = await trial.objects();
  const latest = (await trial.records()).filter(({ pull }) => !earlier.has(pull));
  expect(latest.length).toBeGreaterThanOrEqual(REGIONS.length);
  for (const record of latest) {
    expect(record.objects.length).toBeGreaterThan(0);
    for (const { partition, sha256: hash } of record.objects) {
      expect(sha256(objects.get(partition) ?? new Uint8Array()), partition).toBe(hash);
    }
  }
}

/** Raw pages are complete and as recorded, and nothing else lies around. */
async function checkFiles(trial: Trial, earlier: ReadonlySet<string>): Promise<void> {
  const objects = await trial.objects();
  const hashOf = (key: string) => sha256(objects.get(key) ?? new Uint8Array());
  const records = await trial.records();
  const raw = [...objects.keys()].filter((key) => key.startsWith('raw/'));
  // Two that began in the same millisecond and read the same may share a file.
  expect(new Set(records.map((record) => record.raw))).toEqual(new Set(raw));
  for (const { raw: key, raw_sha256 } of records) expect(hashOf(String(key)), String(key)).toBe(raw_sha256);
  for (const key of raw.filter((each) => !earlier.has(each))) await readToItsEnd(objects.get(key));
  const known = (key: string) => key === MANIFEST || /^(pulls|raw)\//.test(key) || parsePartitionPath(key);
  expect([...objects.keys()].filter((key) => !known(key))).toEqual([]);
  if (!trial.s3) expect(await hiddenFiles(trial.ledger)).toEqual(['.lock']);
}

async function readToItsEnd(bytes: Uint8Array | undefined): Promise<void> {
  const { pages } = await readRaw(gzipLines, bytes ?? new Uint8Array());
  for await (const page of pages) JSON.parse(new TextDecoder().decode(page));
}

async function hiddenFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /(^|\/)\./.test(name));
}
