import { startSimulator, type World } from '../../src/simulator/index.ts';
import { absences, type AbsenceStory } from './absences.ts';
import { openCaller, SLICE } from './caller.ts';
import { type Counts, countRows } from './counts.ts';
import type { PulledRows } from './naive.ts';
import { observePerfectly } from './observer.ts';
import { readBack } from './read-back.ts';
import { pullTimes, START } from './schedule.ts';

/** The simulator's switches that make a world. */
export interface Switches extends Pick<
  World,
  'countOn' | 'window' | 'showToday' | 'zeroRows' | 'foreignRegionRows'
> {
  readonly absences: AbsenceStory;
}

/** What became of one world with one seed after all its days. */
export interface Life {
  readonly ledger: Counts;
  readonly observed: Counts;
  readonly pulled: PulledRows;
}

/** One seed, and how many accounts and rows its organisation has. */
export interface Seed {
  readonly seed: string;
  readonly accounts: number;
  /** Rows, about, of 14 days. */
  readonly summaries: number;
}

/** Busy accounts show every day; the sparse ones are silent on many. */
export const seeds: readonly Seed[] = [
  { seed: 'busy', accounts: 3, summaries: 90 },
  { seed: 'middling', accounts: 4, summaries: 70 },
  { seed: 'sparse', accounts: 5, summaries: 60 },
];

/** Lives through a world, pull by pull, and reads the ledger when all is over. */
export async function live({ absences: story, ...world }: Switches, { seed, ...size }: Seed): Promise<Life> {
  const simulator = await startSimulator({ ...size, seed, now: START, world });
  simulator.world.set({ absences: absences[story](simulator.accounts) });
  const caller = openCaller(simulator);
  try {
    const times = pullTimes(`${seed} ${JSON.stringify(world)} ${story}`);
    for (const at of times) {
      simulator.clock.set(at);
      await caller.pull();
    }
    return {
      ledger: countRows(await readBack(caller.ledger, SLICE.table)),
      observed: observePerfectly(simulator, times, SLICE),
      pulled: caller.pulled,
    };
  } finally {
    caller.close();
    await simulator.close();
  }
}
