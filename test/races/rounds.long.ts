import { expect, it } from 'vitest';
import { raceInRounds } from './rounds.ts';

it.each(['folder', 's3'] as const)(
  'eight processes at once on %s, twenty rounds: no row is lost, no file is torn, all finish',
  { timeout: 600_000 },
  async (on) => {
    expect(await raceInRounds(on, 20)).toBe(20);
  },
);
