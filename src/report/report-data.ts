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

/** Unsuccessful jobs and those completed with issues, by what was said of them; `ending` is a position in `endings`. */
export type TroubleColumns = Readonly<
  Record<'kind' | 'region' | 'account' | 'day' | TroubleName | 'ending' | 'jobs', number[]>
>;

/** By kind, region and day, over all scopes of a slice. */
export type CoverageColumns = Readonly<
  Record<
    'kind' | 'region' | 'day' | 'slices' | 'pulled' | 'lost' | 'matched' | 'mismatched' | 'unfinished',
    number[]
  >
>;

/** What a good success rate is, as a share. */
export interface Target {
  /** Null where nothing ended. */
  readonly rate: number | null;
  /** By whom: somebody named it, or it is the median of the newest days shown. */
  readonly by: 'flag' | 'median';
}

/** How far the whole ledger reaches, whatever days are shown: of each kind and region. */
export interface Freshness {
  readonly kind: string;
  readonly region: string;
  /** The last day a good pull saw; null where none did in the last weeks. */
  readonly newest_day: string | null;
  /** Start of the last good pull, UTC; null as above. */
  readonly last_observed: string | null;
}

/** What a report is about. */
export interface ReportHead {
  readonly generated_at: string;
  readonly written_by: string;
  /** Where the ledger lies. */
  readonly ledger: string;
  /** The day before the report was made: the newest one that can be complete. */
  readonly yesterday: string;
  /** Every calendar day from the first to the last known; empty when there is none. */
  readonly days: readonly string[];
  /** Position of the first day that is shown: those before it are there to compare with. */
  readonly shown_from: number;
  /** Whether somebody named the days: then the report is about them, not about the newest ones. */
  readonly bounded: boolean;
  /** First and last start date with jobs in the whole ledger; looked up, and not empty, only where there is nothing to show. */
  readonly held: readonly [] | readonly [first: string, last: string];
  /** Accounts shown one by one. */
  readonly accounts: readonly string[];
  /** By the positions of `accounts`; the empty text where no name is known. */
  readonly account_names: readonly string[];
  /** Accounts shown together only, at position `accounts.length`: those with the fewest jobs in trouble. */
  readonly other_accounts: number;
  readonly freshness: readonly Freshness[];
}

/** What the views say, by position in the lists of names. */
export interface ReportData extends ReportHead {
  readonly target: Target;
  readonly kinds: readonly string[];
  readonly regions: readonly string[];
  readonly daily: DailyColumns;
  readonly trouble: TroubleColumns;
  /** The most frequent one by one, the rest as one. */
  readonly trouble_names: Readonly<Record<TroubleName, readonly string[]>>;
  readonly coverage: CoverageColumns;
}

/** Accounts by their twelve digits. */
export type AccountNames = ReadonlyMap<string, string>;

/** Which accounts a report shows one by one. */
export interface AccountChoice {
  /** By name, in order; an account AWS did not name is the empty text. */
  readonly shown: readonly string[];
  /** How many are shown together only. */
  readonly others: number;
  /** First and last start date; empty when there is nothing to show. */
  readonly days: readonly [] | readonly [Day, Day];
}
