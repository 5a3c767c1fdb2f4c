import type { Absence } from './accounts.ts';

/**
 * How this world counts. AWS documents none of it, so each question is a setting, and what reads the answers must be
 * right for every setting.
 */
export interface World {
  /**
   * The day a job counts on: the day of its creation, of its completion, or of its last change of state. With
   * `completion`, an unfinished job counts on the day it was created and, once it has ended, on the day it ended.
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
  /** Whether a daily answer has a row with count zero for what it counts on another day only. Default: false. */
  readonly zeroRows: boolean;
  /** Whether an endpoint also answers for every tenth account's jobs of another region. Default: false. */
  readonly foreignRegionRows: boolean;
  /** Whether counts may change between the pages of one answer. Else a token keeps its snapshot. Default: false. */
  readonly countsMove: boolean;
  /**
   * Which jobs of a composite count: parents and their children, `top-level` (parents, and jobs without a parent), or
   * `leaves` (children, and jobs without children). Default: `all`.
   */
  readonly countJobs: 'all' | 'top-level' | 'leaves';
  /**
   * When a day begins: at midnight UTC, or at midnight in the region's own time zone. With `region` StartTime and EndTime
   * say so, with `region-unsaid` they name the midnights UTC of that date. Default: `utc`.
   */
  readonly dayZone: 'utc' | 'region' | 'region-unsaid';
  /** Summaries are as they were so many milliseconds ago; lists of jobs are always of now. Default: 0. */
  readonly summariesAge: number;
  /**
   * Whether cross-account monitoring is on. Else the caller is the organisation's first account: summaries of `ANY` silently
   * show that account only, and lists of `*` are refused. Default: true.
   */
  readonly monitoring: boolean;
  /** Days of jobs that lists have, and by what: when jobs were created or, once they are, completed. Default: 30, `creation`. */
  readonly listDays: number;
  readonly listBy: 'creation' | 'completion';
  /** Share of the jobs that lists have, 0 to 1. Default: 1. */
  readonly listShare: number;
  /** When accounts are missing from answers. Default: those that `churn` generated. */
  readonly absences: readonly Absence[];
}

export const defaultWorld: World = {
  countOn: 'creation',
  showToday: false,
  window: 14,
  zeroRows: false,
  foreignRegionRows: false,
  countsMove: false,
  countJobs: 'all',
  dayZone: 'utc',
  summariesAge: 0,
  monitoring: true,
  listDays: 30,
  listBy: 'creation',
  listShare: 1,
  absences: [],
};

/** The region whose rows a region's endpoint shows when `foreignRegionRows` is on. */
export function foreignRegionOf(region: string): string {
  return region === 'us-east-1' ? 'eu-west-1' : 'us-east-1';
}
