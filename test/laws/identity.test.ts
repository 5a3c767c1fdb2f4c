import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityColumnsOf, type SummaryRow } from '../../schemas/columns.ts';
import { identityOf } from '../../src/domain/row.ts';
import { aRow } from '../fixtures/builders.ts';
import { cases } from './cases.ts';
import { someKind } from './arbitraries.ts';

/** Text made of what separates, quotes and escapes, and the words that stand for nothing. */
const someText = fc.oneof(
  fc.constantFrom(null, '', 'null', 'undefined', '[]', '[null]', '""', ','),
  fc.string({
    unit: fc.constantFrom('|', ',', '"', '\\', '[', ']', '-', '/', '\u0000', '\n', 'a', ' '),
    maxLength: 4,
  }),
);

const someRow: fc.Arbitrary<SummaryRow> = fc
  .record({
    region: fc.constantFrom('eu-west-1', '', 'a,b'),
    account_id: someText,
    resource_type: someText,
    state: someText,
    message_category: someText,
    malware_scanner: someText,
    scan_result_status: someText,
    start_time: fc.constantFrom(0, 1, 86_400_000),
    job_count: fc.nat(),
    end_time: fc.constantFrom(null, 5),
    observed_at: fc.nat(),
  })
  .map((fields) => aRow(fields));

/** Two rows that share most of their values: else nothing would ever be close. */
const somePair = fc
  .tuple(someRow, someRow, fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }))
  .map(([a, b, from]) => {
    const names = Object.keys(a) as (keyof SummaryRow)[];
    const mixed = names.map((name, index) => [name, from[index] ? b[name] : a[name]]);
    return [a, Object.fromEntries(mixed) as SummaryRow] as const;
  });

describe('the identity of a row', () => {
  it('is the same for two rows if, and only if, everything that identifies them is', () => {
    const injective = fc.property(someKind, somePair, (kind, [a, b]) => {
      const identify = identityOf(kind);
      const same = identityColumnsOf(kind).every((name) => a[name] === b[name]);
      expect(identify(a) === identify(b)).toBe(same);
    });
    fc.assert(injective, { numRuns: cases(5000) });
  });
});
