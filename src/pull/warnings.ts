import { eachRow } from '../domain/row.ts';
import { hasShrunk } from '../domain/shrinkage.ts';
import { show, some, counted } from '../domain/show.ts';
import { describeMismatches } from '../read/totals.ts';
import { inspectFreshness } from './freshness.ts';
import type { SlicePull } from './slice-pull.ts';
import { inspectRows } from './unknown-values.ts';

/** What a person should know of a pull that did not fail. */

/** What came of comparing with AWS's own totals. */
export function warnOfTotals({ totals, log }: SlicePull): void {
  if (totals === undefined) return;
  if ('unavailable' in totals) log.warn(`AWS's own totals could not be read: ${totals.unavailable}`);
  else if (totals.length > 0)
    log.warn(`AWS's own totals are not the sums of its rows: ${describeMismatches(totals)}`);
}

/** What the rows show as a whole. */
export function warnOfRows({ slice, log, last, reading, read }: SlicePull): void {
  if (!reading || !read) return;
  for (const warning of inspectRows(slice, eachRow(reading.rows()))) log.warn(warning);
  for (const warning of inspectFreshness(slice, last, read)) log.warn(warning);
  const { accounts, messageCategories } = read;
  const known = last?.messageCategories;
  const fresh = known ? messageCategories.filter((category) => !known.includes(category)) : [];
  if (fresh.length > 0) log.note(`message categories the last pull did not see: ${some(fresh.map(show))}`);
  if (hasShrunk({ accounts, accounts_before: last?.accounts ?? null }))
    log.warn(`only ${counted(accounts, 'account')} came; the last pull saw ${last?.accounts}`);
}

/** Where stored rows were protected from being replaced by fewer. */
export function warnOfProtected({ published, log }: SlicePull): void {
  const places = published?.protected ?? [];
  if (places.length === 0) return;
  const accountDays = places.reduce((sum, { accounts }) => sum + accounts, 0);
  const days = some(places.map(({ startDate }) => startDate).toSorted(), 3);
  log.warn(
    `${counted(accountDays, 'account-day')} came with fewer jobs than are stored and were kept: ${days}`,
  );
}

/** Where jobs may be counted twice, under their account and under none. */
export function warnOfUnnamed({ published, log }: SlicePull): void {
  const days = published?.partlyUnnamed ?? [];
  if (days.length === 0) return;
  log.warn(
    `rows without an AccountId lie beside rows of named accounts on ${some(days.toSorted(), 3)}, and the same jobs may be ` +
      'counted twice: pull either with --account or without it, and set the other rows aside with replay --exclude',
  );
}
