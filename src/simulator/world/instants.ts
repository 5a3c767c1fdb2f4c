import type { EpochMs } from '../../../schemas/columns.ts';
import type { Check } from '../checks.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

// The latest and earliest instant that a Date can hold.
const MAX_INSTANT = 8.64e15;

// A time without an offset would mean the host's time zone.
const ISO_PATTERN = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/;

/** ISO 8601 text or epoch milliseconds as epoch milliseconds; undefined for anything else. */
export function parseInstant(value: unknown): EpochMs | undefined {
  const iso = typeof value === 'string' && ISO_PATTERN.test(value);
  const instant = iso ? Date.parse(value) : value;
  return typeof instant === 'number' && Math.abs(instant) <= MAX_INSTANT ? instant : undefined;
}

/** `30s`, `15m`, `36h`, `10d` or milliseconds as milliseconds, negative to go back; undefined for anything else. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const [, amount, unit] =
    /^(-?\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(typeof value === 'string' ? value : '') ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * UNITS[unit]!;
}

export const isInstant: Check = (value) =>
  parseInstant(value) === undefined ? 'an ISO 8601 instant or epoch milliseconds' : undefined;

export const isDuration: Check = (value) =>
  parseDuration(value) === undefined ? 'a duration such as 36h, or milliseconds' : undefined;
