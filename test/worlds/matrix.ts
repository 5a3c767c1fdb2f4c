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
 * if it left in silence. There is no excuse for a single wrong job.
 *
 * A rolling window cannot be read without fault: the cut of its oldest day does not show. After a long gap between
 * pulls, jobs that have finished since the day was last seen whole can outnumber those cut away; the cut day then looks
 * grown, and replaces the whole one. It is worst where the day keeps its jobs when they finish (creation), and next to
 * nothing where they have moved on to later days. Over 120 lives of each kind 0.78, 0.01 and 0.21 of 1000 were wrong
 * (some of them nearer to how the jobs ended than the observer's last note is).
 */
export function mostWrong({ window, countOn }: Pick<Switches, 'window' | 'countOn'>): number {
  return window === 'rolling' ? mostWrongRolling[countOn] : 0;
}

const mostWrongRolling = {
  creation: 1,
  completion: 0.1,
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
