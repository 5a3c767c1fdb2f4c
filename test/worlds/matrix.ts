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

/**
 * Most wrong jobs in 1000 that a world may end with.
 *
 * Calendar windows show a day whole or not at all, and no world takes a finished job back: what the ledger took over
 * last is what the observer noted last, and an unfinished job that moved to another day is dropped where it was, even
 * if it left in silence. So none may be wrong. (It takes a day at the edge of the window on which nobody has a row any
 * more for such a job to stay: a pull says nothing of days beyond the first and last it returned. These organisations
 * are too busy for that; in one with a row a day it was seen once in 1,080 lives.)
 *
 * A rolling window cannot be read without fault: the cut of its oldest day does not show. After a long gap between
 * pulls, jobs that have finished since the day was last seen whole can outnumber those cut away; the cut day then looks
 * grown, and replaces the whole one. It is worst where the day keeps its jobs when they finish (creation), less where
 * they move on to later days. A few lives have all the faults: over 120 others of each kind, some in smaller
 * organisations, 1.16, 0.13 and 0.23 of 1000 were wrong on average. The worlds here end with at most 0.59, 0.09 and 0;
 * the bounds leave some room above that.
 */
export function mostWrong({ window, countOn }: Pick<Switches, 'window' | 'countOn'>): number {
  return window === 'rolling' ? mostWrongRolling[countOn] : 0;
}

const mostWrongRolling = {
  creation: 1,
  completion: 0.2,
  'last-change': 0.3,
} as const satisfies Record<Switches['countOn'], number>;

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
