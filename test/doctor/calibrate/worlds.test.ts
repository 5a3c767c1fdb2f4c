import { expect, it } from 'vitest';
import { drawJobs, everyWay } from './organisation.ts';
import { isDecided, mistakes, trial, troubles } from './trials.ts';

/** A glance at what worlds.slow.test.ts proves at length. */

const someWays = everyWay.filter((_ways, index) => index % 4 === 0);
const SEED = 'glance';

it.each(troubles.map((trouble) => [trouble.name, trouble] as const))(
  'with %s, what is decided is right whatever the world',
  async (_name, trouble) => {
    const verdictOn = await trial(drawJobs(SEED, 30), { trouble, seed: SEED });
    const found = someWays.map((ways) => [ways, mistakes(verdictOn(ways), ways)]);
    expect(found).toEqual(someWays.map((ways) => [ways, []]));
  },
);

it('thirty jobs a day are enough to know the day they count on', async () => {
  const [nothing] = troubles;
  const verdictOn = await trial(drawJobs(SEED, 30), { trouble: nothing!, seed: SEED });
  expect(someWays.filter((ways) => !isDecided('date', verdictOn(ways)))).toEqual([]);
});
