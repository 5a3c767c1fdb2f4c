import type { EpochMs } from '../../schemas/columns.ts';
import { type Day, utcDay } from './day.ts';

/** Clocks of no zone change but at a quarter of an hour. */
const STEP_MS = 15 * 60_000;

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds; negative where they are behind. */
export type OffsetAt = (instant: EpochMs) => number;

/** The offsets of a zone of the IANA database. Each is looked up once. Throws RangeError for a zone nobody knows. */
export function offsetsOf(zone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const known = new Map<number, number>();
  return (instant) => {
    const step = Math.floor(instant / STEP_MS);
    const offset = known.get(step) ?? parseOffset(format, step * STEP_MS);
    known.set(step, offset);
    return offset;
  };
}

/** `GMT`, or `GMT+05:30`. */
function parseOffset(format: Intl.DateTimeFormat, instant: EpochMs): number {
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})$/.exec(name) ?? [];
  const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -ahead : ahead;
}

/** The calendar day on which an instant falls where clocks show the given offsets. */
export function localDay(instant: EpochMs, offsetAt: OffsetAt): Day {
  return utcDay(instant + offsetAt(instant));
}

/** The instant at which a local day begins; `midnight` is the midnight of that day in UTC. */
export function localMidnight(midnight: EpochMs, offsetAt: OffsetAt): EpochMs {
  const guess = midnight - offsetAt(midnight);
  return midnight - offsetAt(guess);
}
