import type { SliceResult } from '../../schemas/pull-result.ts';
import { findGap } from './freshness.ts';
import type { SlicePull } from './slice-pull.ts';
import { reconciledAs } from '../read/read-reconciled.ts';

/** What became of the pull of one slice, as results and records say it. */
export function sliceResult(pull: SlicePull): SliceResult {
  const { slice, log, last, reading, error } = pull;
  const { kind, aggregationPeriod: aggregation_period, region, scope, table } = slice;
  return {
    kind,
    aggregation_period,
    region,
    scope,
    table,
    outcome: outcomeOf(pull),
    observed_at: reading ? new Date(reading.observedAt).toISOString() : null,
    requests: log.requests,
    retries: log.retries,
    restarts: log.restarts,
    pages: reading?.pages ?? 0,
    ...(reading?.books ?? noBooks),
    ...published(pull),
    ...seen(pull),
    ...reconciled(pull),
    last_good_pull: last?.pull ?? null,
    raw: pull.raw?.key ?? null,
    rejects: [...(reading?.rejects ?? [])],
    warnings: [...log.warnings],
    error: error ? { name: error.name, message: error.message, recovery: error.recovery } : null,
  };
}

const noBooks = { received: 0, kept: 0, duplicates: 0, conflicts: 0, rejected: 0, foreign: 0 };

function outcomeOf({ error, isSuperseded }: SlicePull): SliceResult['outcome'] {
  if (error) return 'failed';
  return isSuperseded ? 'superseded' : 'ok';
}

function published({ published: done }: SlicePull): Pick<SliceResult, 'partitions' | 'days' | 'protected'> {
  const count = (action: 'written' | 'unchanged') =>
    done?.objects.filter((object) => object.action === action).length ?? 0;
  return {
    partitions: { written: count('written'), unchanged: count('unchanged') },
    days: done?.days ?? { written: 0, unchanged: 0 },
    protected: done?.protected.reduce((sum, { accounts }) => sum + accounts, 0) ?? 0,
  };
}

type Seen = Pick<
  SliceResult,
  'accounts' | 'accounts_before' | 'message_categories' | 'first_day' | 'last_day' | 'gap'
>;

function seen({ slice, last, read }: SlicePull): Seen {
  if (!read)
    return {
      accounts: 0,
      accounts_before: null,
      message_categories: [],
      first_day: null,
      last_day: null,
      gap: null,
    };
  return {
    accounts: read.accounts,
    accounts_before: last?.accounts ?? null,
    message_categories: [...read.messageCategories],
    first_day: read.firstDay ?? null,
    last_day: read.lastDay ?? null,
    gap: findGap(slice, last, read),
  };
}

function reconciled({
  totals,
}: SlicePull): Pick<SliceResult, 'reconciled' | 'mismatches' | 'totals_unavailable'> {
  const unavailable = totals !== undefined && 'unavailable' in totals;
  return {
    reconciled: reconciledAs(totals),
    mismatches: totals === undefined || unavailable ? [] : [...totals],
    totals_unavailable: unavailable ? totals.unavailable : null,
  };
}
