import type { SliceResult } from '../../schemas/pull-result.ts';

/** A pull that sees less than this share of the accounts the last one saw says so. */
const ACCOUNTS_EXPECTED = 0.8;

/** Whether a pull saw so few accounts that the caller may have lost its view of the organisation. */
export function hasShrunk({
  accounts,
  accounts_before: before,
}: Pick<SliceResult, 'accounts' | 'accounts_before'>): boolean {
  return before !== null && accounts < before * ACCOUNTS_EXPECTED;
}
