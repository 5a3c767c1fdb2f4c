import { describe, expect, it } from 'vitest';
import { type Question, questionNames } from '../../../schemas/calibration.ts';
import { drawJobs, everyWay } from './organisation.ts';
import { isDecided, mistakes, trial, type Trouble, troubles } from './trials.ts';

/** 81 ways of counting × three sizes × twenty seeds: what is decided is right, and what can be known is decided. */

/** Seeds of one test: more would take longer than a test may. */
const BATCH = 5;
const batches = [0, 1, 2, 3];

interface Lives {
  readonly wrong: readonly unknown[];
  readonly decided: Readonly<Record<Question, number>>;
  readonly runs: number;
}

async function liveThrough(
  perDay: number,
  trouble: Trouble,
  { first, seeds }: { readonly first: number; readonly seeds: number },
): Promise<Lives> {
  const decided: Record<Question, number> = { date: 0, level: 0, zone: 0 };
  const wrong: unknown[] = [];
  for (let nth = first; nth < first + seeds; nth++) {
    const seed = `seed ${nth}`;
    const verdictOn = await trial(drawJobs(seed, perDay), { trouble, seed });
    for (const ways of everyWay) {
      const verdict = verdictOn(ways);
      for (const question of mistakes(verdict, ways)) wrong.push({ question, ways, seed, verdict });
      for (const question of questionNames) if (isDecided(question, verdict)) decided[question] += 1;
    }
  }
  return { wrong, decided, runs: seeds * everyWay.length };
}

const [nothing, ...everyTrouble] = troubles;

describe.each(batches)('untroubled, seeds %d × 5 and on', (batch) => {
  const live = (perDay: number) => liveThrough(perDay, nothing!, { first: batch * BATCH, seeds: BATCH });

  it('at 5 jobs a day what is decided is right', async () => {
    expect((await live(5)).wrong).toEqual([]);
  });

  it('at 30 jobs a day it is, too, and in nine of ten the day is known', async () => {
    const { wrong, decided, runs } = await live(30);
    expect(wrong).toEqual([]);
    expect(decided.date).toBeGreaterThanOrEqual(0.9 * runs);
  });

  it('at 300 jobs a day everything is known', async () => {
    const { wrong, decided, runs } = await live(300);
    expect(wrong).toEqual([]);
    expect(decided).toEqual({ date: runs, level: runs, zone: runs });
  });
});

describe.each(everyTrouble.map((trouble) => [trouble.name, trouble] as const))(
  'with %s',
  (_name, trouble) => {
    it.each([
      [5, 20],
      [30, 10],
      [300, 2],
    ])('nothing is guessed: %d jobs a day, %d seeds', async (perDay, seeds) => {
      expect((await liveThrough(perDay, trouble, { first: 0, seeds })).wrong).toEqual([]);
    });
  },
);
