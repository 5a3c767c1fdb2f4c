import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PullResult } from '../../schemas/pull-result.ts';
import { measureCli, startSimulatorProcess } from './processes.ts';
import { type BenchTable, median } from './table.ts';

const ROUNDS = 5;
const PER_SECOND = 5;
const SUMMARIES = 1000;
const PAGE_SIZE = 5;

/** About 200 pages of a service that grants five requests a second: how near a pull comes to that. */
export async function benchRate(): Promise<BenchTable> {
  const rounds: { readonly requests: number; readonly seconds: number; readonly throttled: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const simulator = await startSimulatorProcess('--summaries', String(SUMMARIES));
    const ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
    await simulator.set('faults', [{ fault: 'rate-limit', perSecond: PER_SECOND }]);
    const flags = ['--ledger', ledger, '--page-size', String(PAGE_SIZE), '--reconcile', 'off'];
    const args = ['pull', '--region', 'eu-west-1', '--log-level', 'error', ...flags];
    const { stdout } = await measureCli(args, simulator.url).finally(() => simulator.stop());
    await rm(ledger, { recursive: true });
    const { slices, started_at, finished_at } = JSON.parse(stdout) as PullResult;
    const seconds = (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
    const [{ requests, retries }] = slices as [PullResult['slices'][number]];
    rounds.push({ requests: requests - retries, seconds, throttled: retries / requests });
  }
  const pages = median(rounds.map(({ requests }) => requests));
  const seconds = median(rounds.map((round) => round.seconds));
  return {
    title: `${PER_SECOND} requests a second granted to a region (median of ${ROUNDS} rounds)`,
    columns: ['pages', 'ideal, s', 'pull, s', 'pull / ideal', 'throttled, %'],
    rows: [
      [
        pages,
        pages / PER_SECOND,
        Number(seconds.toFixed(1)),
        Number((seconds / (pages / PER_SECOND)).toFixed(2)),
        Number((100 * median(rounds.map(({ throttled }) => throttled))).toFixed(1)),
      ],
    ],
  };
}
