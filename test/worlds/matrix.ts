import { absenceStories } from './absences.ts';
import type { Switches } from './life.ts';

export const windows = [13, 14, 15, 'rolling'] as const satisfies readonly Switches['window'][];

const flags = [false, true] as const;

/**
 * The worlds of one window: every way to count, with and without today and zero rows. Foreign rows and absences are
 * dealt out so that each meets every window and every way to count.
 */
export function worldsWith(window: Switches['window']): readonly Switches[] {
  const round = windows.indexOf(window);
  return (['creation', 'completion', 'last-change'] as const)
    .flatMap((countOn) =>
      flags.flatMap((showToday) => flags.map((zeroRows) => ({ countOn, window, showToday, zeroRows }))),
    )
    .map((switches, nth) => ({
      ...switches,
      foreignRegionRows: (nth + (nth >> 1) + round) % 2 === 1,
      absences: absenceStories[(nth + 3 * round) % absenceStories.length] ?? 'none',
    }));
}

/** `counted on creation, window 14, today, zero rows, foreign rows, hidden twice`. */
export function worldName(world: Switches): string {
  const shown = [
    `counted on ${world.countOn}`,
    `window ${world.window}`,
    world.showToday && 'today',
    world.zeroRows && 'zero rows',
    world.foreignRegionRows && 'foreign rows',
    world.absences !== 'none' && world.absences,
  ];
  return shown.filter(Boolean).join(', ');
}
