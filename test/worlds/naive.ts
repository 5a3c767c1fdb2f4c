import type { CountedRow } from './counts.ts';

/** The rows of each pull, oldest first. */
export type PulledRows = readonly (readonly CountedRow[])[];

/** Each pull's days replace what was known of these days. */
export function replaceWholeDays(pulls: PulledRows): CountedRow[] {
  const days = new Map<string, readonly CountedRow[]>();
  for (const rows of pulls) {
    for (const day of new Set(rows.map((row) => row.day)))
      days.set(
        day,
        rows.filter((row) => row.day === day),
      );
  }
  return [...days.values()].flat();
}

/** Each pull's rows replace the rows of the same identity; nothing else changes. */
export function upsertRows(pulls: PulledRows): CountedRow[] {
  const known = new Map<string, CountedRow>();
  for (const row of pulls.flat()) known.set(`${row.account} ${row.day} ${row.shown}`, row);
  return [...known.values()];
}
