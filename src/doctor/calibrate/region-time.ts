import type { EpochMs } from '../../../schemas/columns.ts';
import { zoneOf } from '../../../schemas/region-zones.ts';
import { addDays, type Day, DAY_MS, isMidnight, startOfDay, utcDay } from '../../domain/day.ts';
import { localDay, type OffsetAt, offsetsOf } from '../../domain/time-zone.ts';

/** The time that clocks show in a region. */
export interface RegionTime {
  /** As the IANA database names it; null where this version does not know it, and it is taken for UTC. */
  readonly zone: string | null;
  readonly dayOf: (instant: EpochMs) => Day;
  readonly utcDayOf: (instant: EpochMs) => Day;
  /** Whether a day begins or ends at another instant than in UTC. */
  readonly differsOn: (day: Day) => boolean;
  /** The day of a summary by the time it says it starts: midnight UTC, or the region's. */
  readonly dayStartingAt: (start: EpochMs) => Day;
}

const known = new Map<string, RegionTime>();

/** Of a region: to look a zone's clocks up takes a while, so it is done once. */
export function regionTime(region: string): RegionTime {
  const time = known.get(region) ?? timeIn(region);
  known.set(region, time);
  return time;
}

function timeIn(region: string): RegionTime {
  const zone = zoneOf(region) ?? null;
  const offsetAt: OffsetAt = zone === null ? () => 0 : offsetsOf(zone);
  const utcDayOf = dayNames();
  return {
    zone,
    dayOf: (instant) => utcDayOf(instant + offsetAt(instant)),
    utcDayOf,
    differsOn: (day) => [day, addDays(day, 1)].some((date) => offsetAt(startOfDay(date)) !== 0),
    dayStartingAt: (start) =>
      !isMidnight(start) && isMidnight(start + offsetAt(start)) ? localDay(start, offsetAt) : utcDay(start),
  };
}

/** Names of UTC days, looked up: there are few days and many jobs. */
function dayNames(): (instant: EpochMs) => Day {
  const names = new Map<number, Day>();
  return (instant) => {
    const nth = Math.floor(instant / DAY_MS);
    const name = names.get(nth) ?? utcDay(instant);
    names.set(nth, name);
    return name;
  };
}

/** A rolling window may cut days that began longer ago, as it may when counts are merged. */
const WHOLE_MS = 13 * DAY_MS;
/** Days before today that may still change too much. */
const OPEN_DAYS = 2;

/**
 * The days that are to be compared: what a window may have cut is left out, and so are today, the two days before it, and the
 * newest two that the summaries show.
 */
export function closedDays(shown: Iterable<Day>, now: EpochMs): Day[] {
  const [first, ...later] = [...shown].toSorted();
  const last = later.at(-1);
  if (first === undefined || last === undefined) return [];
  const newest = [addDays(utcDay(now), -OPEN_DAYS - 1), addDays(last, -OPEN_DAYS)].toSorted()[0]!;
  const days: Day[] = [];
  for (let day = addDays(first, 1); day <= newest; day = addDays(day, 1)) {
    if (startOfDay(day) >= now - WHOLE_MS) days.push(day);
  }
  return days;
}
