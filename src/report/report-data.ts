import type { Day } from '../domain/day.ts';

/**
 * What the report shows, as it lies in its HTML file: columns of numbers, by position in lists of names, because a year of
 * many accounts must fit into a mail.
 */

/** How jobs ended, in the order in which they are stacked; the names are columns of the daily views. */
export const endings = [
  'completed',
  'completed_with_issues',
  'failed',
  'aborted',
  'partial',
  'expired',
  'unfinished',
  'other',
] as const;
export type Ending = (typeof endings)[number];

/** Columns of equal length. `completed` is without those with issues, so that endings add up to jobs. */
export type DailyColumns = Readonly<Record<'kind' | 'region' | 'account' | 'day' | Ending, number[]>>;

/** What is said of unsuccessful jobs. */
export const troubleNames = ['category', 'resource_type'] as const;
export type TroubleName = (typeof troubleNames)[number];

/** Unsuccessful jobs and those completed with issues, by what was said of them. */
export type TroubleColumns = Readonly<
  Record<'kind' | 'region' | 'account' | 'day' | TroubleName | 'jobs', number[]>
>;

/** By kind, region and day, over all scopes of a slice. */
export type CoverageColumns = Readonly<
  Record<
    'kind' | 'region' | 'day' | 'slices' | 'pulled' | 'lost' | 'matched' | 'mismatched' | 'unfinished',
    number[]
  >
>;

export interface ReportData {
  readonly generated_at: string;
  readonly written_by: string;
  /** Where the ledger lies. */
  readonly ledger: string;
  /** The day before the report was made: the newest one that can be complete. */
  readonly yesterday: string;
  /** Every calendar day from the first to the last shown; empty when there is none. */
  readonly days: readonly string[];
  readonly kinds: readonly string[];
  readonly regions: readonly string[];
  /** Accounts shown one by one. */
  readonly accounts: readonly string[];
  /** Accounts shown together only, at position `accounts.length`: those with the fewest jobs in trouble. */
  readonly other_accounts: number;
  readonly daily: DailyColumns;
  readonly trouble: TroubleColumns;
  /** The most frequent one by one, the rest as one. */
  readonly trouble_names: Readonly<Record<TroubleName, readonly string[]>>;
  readonly coverage: CoverageColumns;
  /** Last good pull of each kind and region. */
  readonly last_observed: Readonly<Record<'kind' | 'region', number[]>> & { readonly at: readonly string[] };
}

/** Which accounts a report shows one by one. */
export interface AccountChoice {
  /** By name, in order; an account AWS did not name is the empty text. */
  readonly shown: readonly string[];
  /** How many are shown together only. */
  readonly others: number;
  /** First and last start date; empty when there is nothing to show. */
  readonly days: readonly [] | readonly [Day, Day];
}
