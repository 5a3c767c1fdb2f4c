import type { Absence } from './accounts.ts';

/**
 * How this world counts. AWS documents none of it, so each question is a switch, and what reads the answers must be
 * right whichever way the switches stand.
 */
export interface World {
  /**
   * The day a job is counted on: that of its creation, of its completion, or of its last change of state. With
   * `completion`, an unfinished job is counted on its creation day until it is done, then moves to the day it ended.
   * Default: `creation`.
   */
  readonly countOn: 'creation' | 'completion' | 'last-change';
  /** Whether the current, partial day appears. Default: false. */
  readonly showToday: boolean;
  /**
   * How far back AWS's "14 days" reach: calendar days before today, or `rolling`: 14 × 24 hours back from the current
   * hour, so that the oldest day is cut. Default: 14.
   */
  readonly window: 13 | 14 | 15 | 'rolling';
  /** Whether what is counted on any day of a daily answer appears with a zero count on its other days. Default: false. */
  readonly zeroRows: boolean;
  /** Whether an endpoint also answers for every tenth account's jobs of another region. Default: false. */
  readonly foreignRegionRows: boolean;
  /** Whether counts move while a caller pages, so that pages tear. Else a token keeps its snapshot. Default: false. */
  readonly countsMove: boolean;
  /** When accounts do not show. Default: those that `churn` generated. */
  readonly absences: readonly Absence[];
}

export const defaultWorld: World = {
  countOn: 'creation',
  showToday: false,
  window: 14,
  zeroRows: false,
  foreignRegionRows: false,
  countsMove: false,
  absences: [],
};

/** The region whose rows a region's endpoint shows when `foreignRegionRows` is on. */
export function foreignRegionOf(region: string): string {
  return region === 'us-east-1' ? 'eu-west-1' : 'us-east-1';
}
