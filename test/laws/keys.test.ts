import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregationPeriods, kindNames } from '../../schemas/kinds.ts';
import { parsePartitionPath, type PartitionKey, partitionPath } from '../../src/ledger/partition.ts';
import { sliceName } from '../../src/domain/slice.ts';
import { utcDay, monthOf } from '../../src/domain/day.ts';
import { aSlice } from '../fixtures/builders.ts';
import { parseRecordsPath, recordsPath, parsePullName, pullName } from '../../src/ledger/records-key.ts';
import { cases } from './cases.ts';

const FIRST = Date.UTC(2000, 0, 1);
const LAST = Date.UTC(2999, 11, 31);
const someInstant = fc.integer({ min: FIRST, max: LAST });
const someRegion = fc.oneof(
  fc.constantFrom('eu-west-1', 'us-gov-east-1', 'eusc-de-east-1'),
  fc.stringMatching(/^[a-z]{2,4}(?:-[a-z0-9]{1,6}){1,3}$/),
);

const somePartition: fc.Arbitrary<PartitionKey> = fc.record({
  table: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/),
  aggregationPeriod: fc.constantFrom(...aggregationPeriods),
  month: someInstant.map((instant) => monthOf(utcDay(instant))),
  region: someRegion,
});

const someSlice = fc
  .record({
    kind: fc.constantFrom(...kindNames),
    aggregationPeriod: fc.constantFrom(...aggregationPeriods),
    region: someRegion,
    scope: fc.constantFrom('any', '123456789012'),
  })
  .map(aSlice);

/** A path, and what becomes of it when one character is lost, changed or added. */
function nearly(paths: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const odd = fc.constantFrom('/', '.', '..', '-', '_', '=', 'A', '0', '9', '\n', ' ', '%', 'é', '\u0000');
  const change = fc.record({ at: fc.nat(200), length: fc.nat(2), inserted: fc.oneof(odd, fc.constant('')) });
  return fc
    .tuple(paths, change)
    .map(
      ([path, { at, length, inserted }]) =>
        path.slice(0, at % path.length) + inserted + path.slice((at % path.length) + length),
    );
}

describe('the key and the path of a partition', () => {
  it('are inverses', () => {
    const inverse = fc.property(somePartition, (key) => {
      expect(parsePartitionPath(partitionPath(key))).toEqual(key);
    });
    fc.assert(inverse);
  });

  it('are inverses from the other side: what is read as a key is its own path, and a real month', () => {
    const somePath = fc.oneof(nearly(somePartition.map(partitionPath)), fc.string(), fc.webPath());
    const inverse = fc.property(somePath, (path) => {
      const key = parsePartitionPath(path);
      if (!key) return;
      expect(partitionPath(key)).toBe(path);
      expect(utcDay(Date.parse(`${key.month}-01`))).toBe(`${key.month}-01`);
    });
    fc.assert(inverse, { numRuns: cases(5000) });
  });

  it('never leave the ledger', () => {
    const stays = fc.property(somePartition, (key) => {
      const parts = partitionPath(key).split('/');
      expect(parts).toHaveLength(4);
      expect(parts.some((part) => part === '' || part === '.' || part === '..')).toBe(false);
    });
    fc.assert(stays);
  });
});

const someRecords = fc.record({
  month: someInstant.map((instant) => monthOf(utcDay(instant))),
  slice: someSlice.map(sliceName),
});

describe('the key and the path of records', () => {
  it('are inverses', () => {
    const inverse = fc.property(someRecords, (key) => {
      expect(parseRecordsPath(recordsPath(key))).toEqual(key);
    });
    fc.assert(inverse);
  });

  it('are inverses from the other side: what is read as a key is its own path', () => {
    const somePath = fc.oneof(nearly(someRecords.map(recordsPath)), fc.string(), fc.webPath());
    const inverse = fc.property(somePath, (path) => {
      const key = parseRecordsPath(path);
      if (!key) return;
      expect(recordsPath(key)).toBe(path);
    });
    fc.assert(inverse, { numRuns: cases(5000) });
  });
});

describe('the name of a pull', () => {
  it('tells its slice and its instant', () => {
    const inverse = fc.property(someSlice, someInstant, (slice, instant) => {
      const named = { slice: sliceName(slice), instant };
      expect(parsePullName(pullName(named))).toEqual(named);
    });
    fc.assert(inverse);
  });

  it('sorts by time within a slice', () => {
    const sorts = fc.property(someSlice.map(sliceName), someInstant, someInstant, (slice, a, b) => {
      expect(pullName({ slice, instant: a }) < pullName({ slice, instant: b })).toBe(a < b);
    });
    fc.assert(sorts);
  });
});
