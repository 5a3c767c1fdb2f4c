import {
  type Contestant,
  contestants,
  installPeers,
  openStage,
  OURS,
  prefixOf,
  type Run,
  SDK_PAGING,
  PYTHON,
  type Stage,
  type Task,
} from './contestants.ts';
import { REGIONS } from './regions.ts';
import { type BenchTable, median } from './table.ts';

/** The same summaries pulled by all contestants in turn, in one region and in many. */

const ROUNDS = 5;
const MIDNIGHT = Date.UTC(2026, 10, 23, 3);

/** A run after another, in the same ledger. */
interface Act {
  readonly name: string;
  readonly play: object;
}

const first: Act = { name: 'first pull', play: {} };
const unchanged: Act = { name: 'unchanged', play: {} };
const acts: readonly Act[] = [first, unchanged, { name: '2 of 14 days changed', play: { daysMoved: 2 } }];

interface Scenario {
  readonly summaries: number;
  readonly regions?: readonly string[];
  readonly acts: readonly Act[];
  readonly play?: object;
  readonly flags?: readonly string[];
}

const scenarios: readonly Scenario[] = [
  { summaries: 10_000, acts },
  { summaries: 100_000, acts },
  { summaries: 250_000, acts },
  { summaries: 1_000_000, acts: [first, unchanged] },
  {
    summaries: 100_000,
    acts: [{ ...first, name: 'first pull, 1 % throttled' }],
    play: { throttleEvery: 100 },
  },
  {
    summaries: 20_000,
    acts: [
      { ...first, name: 'first pull, 150 ms a page' },
      { ...unchanged, name: 'unchanged, 150 ms a page' },
    ],
    play: { latencyMs: 150 },
  },
  { summaries: 5000, acts: [{ ...first, name: '1 region, 150 ms a page' }], play: { latencyMs: 150 } },
  {
    summaries: 5000,
    regions: REGIONS,
    acts: [{ ...first, name: '20 regions, 150 ms a page' }],
    play: { latencyMs: 150 },
    flags: ['--concurrency', '20'],
  },
];

/** A table for each run of each scenario. */
export async function* benchContest(): AsyncGenerator<BenchTable> {
  installPeers();
  for (const scenario of scenarios) yield* runScenario(scenario);
}

async function* runScenario(scenario: Scenario): AsyncGenerator<BenchTable> {
  const stage = await openStage(scenario.summaries);
  const runs = new Map<string, Map<Contestant, Run[]>>(scenario.acts.map(({ name }) => [name, new Map()]));
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      await stage.direct({ clear: 'ledger/' });
      for (const [nth, act] of scenario.acts.entries()) {
        for (const [contestant, run] of await runAct(stage, scenario, act, round * 10 + nth)) {
          const all = runs.get(act.name) ?? new Map<Contestant, Run[]>();
          // The first round makes the pages.
          if (round > 0) all.set(contestant, [...(all.get(contestant) ?? []), run]);
        }
      }
    }
  } finally {
    stage.stop();
  }
  for (const [name, all] of runs) yield tableOf(scenario, name, all);
}

async function runAct(
  stage: Stage,
  { regions = ['eu-west-1'], play, flags = [] }: Scenario,
  act: Act,
  minute: number,
): Promise<Map<Contestant, Run>> {
  const now = new Date(MIDNIGHT + minute * 60_000).toISOString();
  await stage.direct({ latencyMs: 0, throttleEvery: 0, daysMoved: 0, ...play, ...act.play });
  const runs = new Map<Contestant, Run>();
  let task: Task = { regions, now, sizes: [], flags };
  for (const contestant of contestants) {
    const run = await stage.run(contestant, task);
    runs.set(contestant, run);
    if (contestant === OURS) task = { ...task, sizes: run.puts };
    else if (contestant !== PYTHON) await stage.direct({ clear: prefixOf[contestant] });
  }
  return runs;
}

function tableOf({ summaries }: Scenario, name: string, all: ReadonlyMap<Contestant, Run[]>): BenchTable {
  const middle = (contestant: Contestant, what: (run: Run) => number) =>
    median((all.get(contestant) ?? []).map(what));
  const wall = (contestant: Contestant) => middle(contestant, (run) => run.wallMs);
  const ratio = (a: number, b: number) => Number((a / b).toFixed(2));
  return {
    title: `${summaries.toLocaleString('en-US')} summaries, ${name} (medians of ${ROUNDS} rounds)`,
    columns: [
      'job',
      'wall, ms',
      'CPU, ms',
      'peak RSS, MB',
      'requests',
      'kB in',
      'kB out',
      'of Python',
      'of SDK paging',
    ],
    rows: contestants.map((contestant) => [
      contestant,
      Math.round(wall(contestant)),
      Math.round(middle(contestant, (run) => run.cpuMs)),
      Math.round(middle(contestant, (run) => run.peakMb)),
      middle(contestant, (run) => run.requests),
      Math.round(middle(contestant, (run) => run.bytesIn) / 1000),
      Math.round(middle(contestant, (run) => run.bytesOut) / 1000),
      ratio(wall(contestant), wall(PYTHON)),
      ratio(wall(contestant), wall(SDK_PAGING)),
    ]),
  };
}
