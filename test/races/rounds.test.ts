import { expect, it } from 'vitest';
import { raceInRounds } from './rounds.ts';

it.each(['folder', 's3'] as const)(
  'eight processes at once on %s, two rounds: no row is lost, no file is torn, all finish',
  async (on) => {
    expect(await raceInRounds(on, 2)).toBe(2);
  },
);
