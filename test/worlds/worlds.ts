import { afterAll, describe, expect, it } from 'vitest';
import { live, seeds, type Switches } from './life.ts';
import { mostWrong, worldName, worldsWith } from './matrix.ts';
import { judge, sum, tableOf, type Verdict } from './verdict.ts';

/** A naive strategy may be lucky in a world by as many wrong jobs in 1000. */
const LUCK = 0.5;
/** Wrong jobs in 1000 that each naive strategy makes at least, all worlds of a window together. */
const NAIVE = 10;

/** Lives through every world of one window, and prints how wrong the ledger and two naive strategies end. */
export function testWorlds(window: Switches['window']): void {
  describe(`worlds with the window ${window}`, () => {
    const verdicts: Verdict[] = [];
    afterAll(() => {
      process.stdout.write(tableOf(verdicts));
    });

    it.each(worldsWith(window).map((world) => [worldName(world), world] as const))(
      'holds what a perfect observer saw last: %s',
      async (name, world) => {
        const lives = await Promise.all(seeds.map((seed) => live(world, seed)));
        const verdict = judge(name, mostWrong(world), lives);
        verdicts.push(verdict);

        expect(verdict.jobs).toBeGreaterThan(8_000);
        expect(verdict.ours).toBeLessThanOrEqual(verdict.bound);
        expect(verdict.ours).toBeLessThanOrEqual(Math.min(verdict.replaceDays, verdict.upsertRows) + LUCK);
      },
    );

    it('is needed: replacing whole days and upserting rows go wrong', () => {
      const mean = (rateOf: (verdict: Verdict) => number) => sum(verdicts, rateOf) / verdicts.length;
      expect(mean(({ replaceDays }) => replaceDays)).toBeGreaterThan(NAIVE);
      expect(mean(({ upsertRows }) => upsertRows)).toBeGreaterThan(NAIVE);
    });
  });
}
