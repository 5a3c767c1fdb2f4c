import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureCli, type Measured, startSimulatorProcess } from './processes.ts';
import { type BenchTable, median } from './table.ts';

const SUMMARIES = 100_000;
const ROUNDS = 7;
const NOW = '2026-11-23T03:30:00Z';

const PLAIN = 'neither';
const ways: Readonly<Record<string, readonly string[]>> = {
  [PLAIN]: ['--no-raw', '--reconcile', 'off'],
  'raw pages': ['--reconcile', 'off'],
  'control totals': ['--no-raw'],
  'both (the default)': [],
};

/** What it costs to keep the raw pages and to ask for control totals. */
export async function benchProof(): Promise<BenchTable> {
  const simulator = await startSimulatorProcess('--summaries', String(SUMMARIES), '--now', NOW);
  const runs = new Map<string, Measured[]>(Object.keys(ways).map((way) => [way, []]));
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [way, flags] of Object.entries(ways)) {
        const ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
        const args = ['--ledger', ledger, '--region', 'eu-west-1', '--now', NOW, '--log-level', 'error'];
        const run = await measureCli(['pull', ...args, ...flags], simulator.url);
        await rm(ledger, { recursive: true });
        // The first round warms the simulator up.
        if (round > 0) runs.get(way)?.push(run);
      }
    }
  } finally {
    simulator.stop();
  }
  const plain = median((runs.get(PLAIN) ?? []).map(({ wallMs }) => wallMs));
  return {
    title: `Cost of proof: a first pull of ${SUMMARIES.toLocaleString('en-US')} summaries with (median of ${ROUNDS} rounds)`,
    columns: ['with', 'wall, ms', 'of a plain pull, %', 'peak RSS, MB'],
    rows: [...runs].map(([way, all]) => {
      const wall = median(all.map(({ wallMs }) => wallMs));
      const peak = median(all.map(({ peakMb }) => peakMb));
      return [way, Math.round(wall), Math.round((100 * wall) / plain), Math.round(peak)];
    }),
  };
}
