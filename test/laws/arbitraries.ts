import fc from 'fast-check';
import { dimensionsOf, type EpochMs, type SummaryRow } from '../../schemas/columns.ts';
import { factsOf, type Kind, kindNames } from '../../schemas/kinds.ts';
import { addDays } from '../../src/domain/day.ts';
import type { Slice } from '../../src/domain/slice.ts';
import { ACCOUNT, aRow, aSlice, OTHER_ACCOUNT, YESTERDAY } from '../fixtures/builders.ts';

/** Few values of everything, so that pulls meet: the laws are about what happens when they do. */

const FIRST_PULL: EpochMs = Date.UTC(2026, 10, 23, 3);

export const someKind: fc.Arbitrary<Kind> = fc.constantFrom(...kindNames);

const someDay = fc.nat({ max: 4 }).map((days) => addDays(YESTERDAY, -days));
const someAccount = fc.constantFrom(ACCOUNT, OTHER_ACCOUNT, null);
const someCount = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }) },
);

function someState(kind: Kind): fc.Arbitrary<string | null> {
  const [unfinished = 'RUNNING'] = factsOf(kind).unfinishedStates;
  return fc.constantFrom('RUNNING', unfinished, 'COMPLETED', 'FAILED', 'HIBERNATING', null);
}

function someRow(kind: Kind): fc.Arbitrary<SummaryRow> {
  const without = Object.fromEntries(
    ['message_category', 'malware_scanner', 'scan_result_status'].map((name) => [name, null]),
  );
  const last = dimensionsOf(kind).at(-1);
  return fc
    .record({
      day: someDay,
      account_id: someAccount,
      state: someState(kind),
      variant: fc.constantFrom('a', 'b'),
      job_count: someCount,
      end: fc.constantFrom(true, false),
    })
    .map(({ variant, end, ...fields }) => {
      const row = aRow({ ...fields, ...without });
      // A kind's own last dimension, where it has one.
      const own = last && last !== 'state' ? { [last]: variant } : {};
      return { ...row, ...own, end_time: end ? row.end_time : null };
    });
}

/** Rows of one answer, each identity once. */
export function someRows(kind: Kind): fc.Arbitrary<SummaryRow[]> {
  const identity = (row: SummaryRow) =>
    JSON.stringify([...dimensionsOf(kind).map((name) => row[name]), row.start_time]);
  return fc.uniqueArray(someRow(kind), { selector: identity, maxLength: 14 });
}

export interface SomePull {
  readonly slice: Slice;
  readonly observedAt: EpochMs;
  readonly rows: readonly SummaryRow[];
  readonly toleratedRejects: boolean;
}

/** Pulls of one table and region: of all accounts, or asked for one account, mostly later than the one before. */
export function somePulls(kind: Kind): fc.Arbitrary<SomePull[]> {
  const pull = fc.record({
    scope: fc.constantFrom('any', 'any', 'any', ACCOUNT),
    hours: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 24 }) },
      { weight: 1, arbitrary: fc.integer({ min: -40, max: 0 }) },
    ),
    rows: someRows(kind),
    toleratedRejects: fc.boolean(),
  });
  return fc.array(pull, { minLength: 1, maxLength: 7 }).map((pulls) => {
    let now = FIRST_PULL;
    return pulls.map(({ scope, hours, rows, toleratedRejects }) => {
      const observedAt = now + hours * 3_600_000;
      now = Math.max(now, observedAt);
      return {
        slice: aSlice({ kind, scope, filters: scope === 'any' ? {} : { AccountId: scope } }),
        observedAt,
        rows: scope === 'any' ? rows : rows.filter((row) => row.account_id === scope),
        toleratedRejects,
      };
    });
  });
}
