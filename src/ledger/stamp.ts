import type { EpochMs } from '../../schemas/columns.ts';

const PATTERN = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z$/;

/** An instant as file names hold it: `20261123T030005123Z`. */
export function stamp(instant: EpochMs): string {
  return new Date(instant).toISOString().replaceAll(/[-:.]/g, '');
}

/** Inverse of `stamp`, or undefined for a text that names no instant. */
export function parseStamp(text: string): EpochMs | undefined {
  const [, year, month, day, hour, minute, second, ms] = PATTERN.exec(text) ?? [];
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return !Number.isNaN(instant) && stamp(instant) === text ? instant : undefined;
}
