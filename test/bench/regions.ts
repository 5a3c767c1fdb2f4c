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
  const pulls: number[] = [];
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
      const { slices, started_at, finished_at } = JSON.parse(stdout) as PullResult;
      pulls.push(Date.parse(finished_at) - Date.parse(started_at));
      longest = Math.max(...slices.map((slice) => slice.pages));
      await rm(ledger, { recursive: true });
    }
  } finally {
    simulator.stop();
  }
  const bound = longest * LATENCY_MS;
  return {
    title: `${REGIONS.length} regions × ${PAGES} pages, ${LATENCY_MS} ms a page (median of ${ROUNDS} rounds)`,
    columns: [
      'longest chain, pages',
      'bound, ms',
      'pull, ms',
      'pull / bound',
      'process, ms',
      'process / bound',
    ],
    rows: [[longest, bound, ...timeAndRatio(pulls, bound), ...timeAndRatio(walls, bound)]],
  };
}

function timeAndRatio(times: readonly number[], bound: number): [number, number] {
  return [Math.round(median(times)), Number((median(times) / bound).toFixed(2))];
}
