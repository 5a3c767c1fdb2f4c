import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { isUnfinished, rowsByAccount } from '../../src/domain/row.ts';
import { unchangedFrom, type DaySnapshot, mergeDay, mergeDays } from '../../src/merge/merge.ts';
import { ACCOUNT, OBSERVED_AT, OTHER_ACCOUNT, YESTERDAY } from '../fixtures/builders.ts';
import { cases } from './cases.ts';
import { someKind, someRows } from './arbitraries.ts';

interface Meeting {
  readonly kind: Kind;
  readonly stored: readonly SummaryRow[];
  readonly seen: DaySnapshot;
}

function ofYesterday(rows: readonly SummaryRow[]): SummaryRow[] {
  return rows.filter((row) => row.start_time === Date.parse(YESTERDAY));
}

/** A day of the ledger and what a pull has to say about it. */
const someMeeting: fc.Arbitrary<Meeting> = someKind.chain((kind) =>
  fc
    .record({
      stored: someRows(kind).map(ofYesterday),
      returned: someRows(kind).map(ofYesterday),
      others: fc.subarray([ACCOUNT, OTHER_ACCOUNT, null]),
      doubtful: fc.boolean(),
      later: fc.constantFrom(-1, 0, 1),
    })
    .map(({ stored, returned, others, doubtful, later }) => ({
      kind,
      stored: stored.map((row) => ({ ...row, observed_at: OBSERVED_AT + later })),
      seen: {
        kind,
        observedAt: OBSERVED_AT,
        returned: rowsByAccount(returned),
        accounts: new Set([...others, ...returned.map((row) => row.account_id)]),
        isDoubtfulFor: () => doubtful,
      },
    })),
);

function finishedJobsOf(kind: Kind, rows: readonly SummaryRow[], account: string | null): number {
  const unfinished = isUnfinished(kind);
  const finished = rows.filter((row) => row.account_id === account && !unfinished(row));
  return finished.reduce((jobs, row) => jobs + row.job_count, 0);
}

/** What a pull says of accounts that another one has not seen: no two speak for one account. */
function ofOthers({ accounts }: DaySnapshot, seen: DaySnapshot): DaySnapshot {
  const others = <T>(all: Iterable<T>, accountOf: (each: T) => string | null) =>
    [...all].filter((each) => !accounts.has(accountOf(each)));
  return {
    ...seen,
    returned: new Map(others(seen.returned, ([account]) => account)),
    accounts: new Set(others(seen.accounts, (account) => account)),
  };
}

describe('a merge', () => {
  it('never loses a finished job of an account of which no jobs came that day', () => {
    const loses = fc.property(someMeeting, ({ kind, stored, seen }) => {
      const { rows } = mergeDay(stored, seen);
      for (const account of new Set(stored.map((row) => row.account_id))) {
        const came = seen.returned.get(account)?.some((row) => row.job_count > 0);
        if (came) continue;
        expect(finishedJobsOf(kind, rows, account)).toBe(finishedJobsOf(kind, stored, account));
      }
    });
    fc.assert(loses, { numRuns: cases(2000) });
  });

  it('never has fewer finished jobs of any account on a doubtful day', () => {
    const shrinks = fc.property(someMeeting, ({ kind, stored, seen }) => {
      const { rows } = mergeDay(stored, { ...seen, isDoubtfulFor: () => true });
      for (const { account_id } of stored) {
        expect(finishedJobsOf(kind, rows, account_id)).toBeGreaterThanOrEqual(
          finishedJobsOf(kind, stored, account_id),
        );
      }
    });
    fc.assert(shrinks, { numRuns: cases(1000) });
  });

  it('leaves each account as it was stored or as it was returned, or without its unfinished rows', () => {
    const mixes = fc.property(someMeeting, ({ kind, stored, seen }) => {
      const unfinished = isUnfinished(kind);
      const { rows } = mergeDay(stored, seen);
      for (const account of [ACCOUNT, OTHER_ACCOUNT, null]) {
        const of = (all: readonly SummaryRow[]) =>
          all
            .filter((row) => row.account_id === account)
            .map((row) => JSON.stringify(row))
            .toSorted();
        const finished = stored.filter((row) => !unfinished(row));
        expect([of(stored), of([...seen.returned.values()].flat()), of(finished)]).toContainEqual(of(rows));
      }
    });
    fc.assert(mixes, { numRuns: cases(1000) });
  });

  it('counts as added, changed and removed what differs', () => {
    const adds = fc.property(someMeeting, ({ stored, seen }) => {
      const { rows, added, removed } = mergeDay(stored, seen);
      expect(rows.length).toBe(stored.length + added - removed);
    });
    fc.assert(adds, { numRuns: cases(1000) });
  });

  it('with just its own rows is foretold by the merge with none', () => {
    const foretells = fc.property(someMeeting, someMeeting, ({ kind, seen }, { seen: other }) => {
      const elsewhere = ofOthers(seen, { ...other, kind });
      for (const pulls of [[seen], [seen, elsewhere]]) {
        const fresh = mergeDays(kind, [], pulls);
        expect(unchangedFrom(fresh)).toEqual(mergeDays(kind, fresh.rows, pulls));
      }
    });
    fc.assert(foretells, { numRuns: cases(1000) });
  });

  it('merged again changes nothing', () => {
    const twice = fc.property(someMeeting, ({ stored, seen }) => {
      const once = mergeDay(stored, seen);
      const again = mergeDay(once.rows, seen);
      expect(again).toMatchObject({ rows: once.rows, added: 0, changed: 0, removed: 0 });
    });
    fc.assert(twice, { numRuns: cases(1000) });
  });
});
