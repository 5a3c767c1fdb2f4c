import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PullResult } from '../../schemas/pull-result.ts';
import { measureCli, startSimulatorProcess } from './processes.ts';
import { type BenchTable, median } from './table.ts';

const REGIONS = [
  ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-north-1'],
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1'],
];
const PAGES = 20;
const LATENCY_MS = 150;
const ROUNDS = 5;

/** Ten regions whose pages each take their time: the run should last as long as one region's chain of pages. */
export async function benchRegions(): Promise<BenchTable> {
  const simulator = await startSimulatorProcess('--summaries', '1000', '--latency', String(LATENCY_MS));
  const walls: number[] = [];
  let longest = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
      const flags = ['--ledger', ledger, '--page-size', '50', '--log-level', 'error'];
      const { wallMs, stdout } = await measureCli(
        ['pull', '--region', REGIONS.join(','), ...flags],
        simulator.url,
      );
      walls.push(wallMs);
      longest = Math.max(...(JSON.parse(stdout) as PullResult).slices.map((slice) => slice.pages));
      await rm(ledger, { recursive: true });
    }
  } finally {
    simulator.stop();
  }
  const bound = longest * LATENCY_MS;
  return {
    title: `${REGIONS.length} regions × ${PAGES} pages, ${LATENCY_MS} ms a page (median of ${ROUNDS} rounds)`,
    columns: ['longest chain, pages', 'bound, ms', 'wall, ms', 'wall / bound'],
    rows: [[longest, bound, Math.round(median(walls)), Number((median(walls) / bound).toFixed(2))]],
  };
}
