import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PullResult } from '../../schemas/pull-result.ts';
import { measureCli, startSimulatorProcess } from './processes.ts';
import { type BenchTable, median } from './table.ts';

export const REGIONS = [
  ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1'],
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1', 'sa-east-1'],
  ...['ap-south-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-east-1'],
];
const LATENCY_MS = 150;
const ROUNDS = 5;

/** Twenty regions of some ten pages that each take their time: the run should last as long as the longest of them alone. */
export async function benchRegions(): Promise<BenchTable> {
  const simulator = await startSimulatorProcess('--summaries', '1000', '--latency', String(LATENCY_MS));
  const pull = async (regions: readonly string[]) => {
    const ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
    const flags = ['--ledger', ledger, '--page-size', '100', '--concurrency', '20', '--log-level', 'error'];
    const args = ['pull', '--region', regions.join(','), ...flags];
    const { wallMs, stdout } = await measureCli(args, simulator.url);
    await rm(ledger, { recursive: true });
    const { slices } = JSON.parse(stdout) as PullResult;
    const longest = slices.toSorted((a, b) => b.requests - a.requests)[0];
    return { wallMs, region: longest?.region ?? '', requests: longest?.requests ?? 0 };
  };
  const all: number[] = [];
  const alone: number[] = [];
  let chain = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const { wallMs, region, requests } = await pull(REGIONS);
      all.push(wallMs);
      alone.push((await pull([region])).wallMs);
      chain = requests * LATENCY_MS;
    }
  } finally {
    simulator.stop();
  }
  return {
    title: `${REGIONS.length} regions of some ten pages, ${LATENCY_MS} ms a page (medians of ${ROUNDS} rounds)`,
    columns: [
      'longest chain, totals included, ms',
      'its region alone, ms',
      'all, ms',
      'all / alone',
      'all / chain',
    ],
    rows: [
      [
        chain,
        Math.round(median(alone)),
        Math.round(median(all)),
        Number((median(all) / median(alone)).toFixed(2)),
        Number((median(all) / chain).toFixed(2)),
      ],
    ],
  };
}
