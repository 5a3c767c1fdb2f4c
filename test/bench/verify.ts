import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOfDay } from '../../src/domain/day.ts';
import { measureCli, type Measured } from './processes.ts';
import { type BenchTable, median } from './table.ts';
import { DAYS, PULL_TIME_MS, REGIONS, ROWS, TODAY, writeYear } from './year.ts';

const ROUNDS = 3;

/** Reading back a ledger of a year, pulled every day. */
export async function benchVerify(): Promise<BenchTable> {
  const ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
  const runs: Measured[] = [];
  try {
    await writeYear(ledger);
    const now = new Date(startOfDay(TODAY) + PULL_TIME_MS + 60_000).toISOString();
    for (let round = 0; round < ROUNDS; round++) {
      runs.push(await measureCli(['verify', '--ledger', ledger, '--now', now, '--log-level', 'error']));
    }
  } finally {
    await rm(ledger, { recursive: true });
  }
  const rows = DAYS * REGIONS.length * ROWS;
  const wall = median(runs.map(({ wallMs }) => wallMs));
  return {
    title: `verify of ${DAYS} days × ${REGIONS.length} regions × ${ROWS} rows, pulled daily (median of ${ROUNDS} rounds)`,
    columns: ['ledger', 'wall, ms', 'rows/s', 'peak RSS, MB'],
    rows: [
      [
        'local folder',
        Math.round(wall),
        Math.round(rows / (wall / 1000)),
        Math.round(median(runs.map(({ peakMb }) => peakMb))),
      ],
    ],
  };
}
