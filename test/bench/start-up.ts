import { measureCli } from './processes.ts';
import { type BenchTable, median } from './table.ts';

const ROUNDS = 11;

/** How long a person waits for `--help`. */
export async function benchStartUp(): Promise<BenchTable> {
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(await measureCli(['--help']));
  return {
    title: `backup-ledger --help (median of ${ROUNDS} rounds)`,
    columns: ['wall, ms', 'peak RSS, MB'],
    rows: [
      [Math.round(median(runs.map((run) => run.wallMs))), Math.round(median(runs.map((run) => run.peakMb)))],
    ],
  };
}
