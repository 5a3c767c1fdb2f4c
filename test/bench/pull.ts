import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PullResult } from '../../schemas/pull-result.ts';
import { type Measured, measureCli, startSimulatorProcess } from './processes.ts';
import { type BenchTable, median } from './table.ts';

const SUMMARIES = 100_000;
const ROUNDS = 5;
const NOW = Date.UTC(2026, 10, 23, 3, 30);

const scenarios = ['first run', 'unchanged second run', '1 of 14 days changed'] as const;

/** A job more on the oldest day, in AWS's rows and in its totals. */
const oneDayMoved = { fault: 'miscount', of: 'both', page: 1 };

interface Run extends Measured {
  readonly puts: number;
}

/** A pull of 100,000 summaries into a local ledger. */
export async function benchPull(): Promise<BenchTable> {
  const simulator = await startSimulatorProcess(
    '--summaries',
    String(SUMMARIES),
    '--now',
    new Date(NOW).toISOString(),
  );
  const runs = new Map<string, Run[]>(scenarios.map((name) => [name, []]));
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
      for (const [nth, name] of scenarios.entries()) {
        await simulator.set('faults', name === '1 of 14 days changed' ? [oneDayMoved] : []);
        const run = await pull(simulator.url, ledger, NOW + nth * 60_000);
        // The first round warms the simulator up.
        if (round > 0) runs.get(name)?.push(run);
      }
      await rm(ledger, { recursive: true });
    }
  } finally {
    simulator.stop();
  }
  return {
    title: `Pull of ${SUMMARIES.toLocaleString('en-US')} summaries into a local ledger (median of ${ROUNDS} rounds)`,
    columns: ['run', 'wall, ms', 'peak RSS, MB', 'data PUTs'],
    rows: [...runs].map(([name, all]) => [
      name,
      Math.round(median(all.map((run) => run.wallMs))),
      Math.round(median(all.map((run) => run.peakMb))),
      median(all.map((run) => run.puts)),
    ]),
  };
}

async function pull(url: string, ledger: string, now: number): Promise<Run> {
  const flags = ['--ledger', ledger, '--now', new Date(now).toISOString(), '--log-level', 'error'];
  const measured = await measureCli(['pull', '--region', 'eu-west-1', ...flags], url);
  const [slice] = (JSON.parse(measured.stdout) as PullResult).slices;
  return { ...measured, puts: slice?.partitions.written ?? Number.NaN };
}
