import { zoneOf } from '../../../schemas/region-zones.ts';
import { localMidnight, type OffsetAt, offsetsOf } from '../../domain/time-zone.ts';
import { DAY_SECONDS, type EpochSeconds } from './job-sheet.ts';
import type { World } from './world.ts';

/** How a region's days are told apart. Days are counted from the epoch. */
export interface Calendar {
  dayOf(instant: EpochSeconds): number;
  /** The instant at which a day begins. */
  startOf(day: number): EpochSeconds;
  /** What summaries say it is. */
  saidStartOf(day: number): EpochSeconds;
  /** Days by which it may differ from UTC's. */
  readonly slack: number;
}

const utcStartOf = (day: number): EpochSeconds => day * DAY_SECONDS;

const utc: Calendar = {
  dayOf: (instant) => Math.floor(instant / DAY_SECONDS),
  startOf: utcStartOf,
  saidStartOf: utcStartOf,
  slack: 0,
};

const offsets = new Map<string, OffsetAt>();

/** The calendar of a region. One whose time zone nobody knows goes by UTC. */
export function calendarOf(region: string, { dayZone }: Pick<World, 'dayZone'>): Calendar {
  const zone = zoneOf(region);
  if (dayZone === 'utc' || zone === undefined) return utc;
  const offsetAt = offsets.get(zone) ?? offsetsOf(zone);
  offsets.set(zone, offsetAt);
  const startOf = (day: number) => localMidnight(utcStartOf(day) * 1000, offsetAt) / 1000;
  return {
    dayOf: (instant) => Math.floor((instant + offsetAt(instant * 1000) / 1000) / DAY_SECONDS),
    startOf,
    saidStartOf: dayZone === 'region' ? startOf : utcStartOf,
    slack: 1,
  };
}
