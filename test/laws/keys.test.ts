import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregationPeriods, kindNames } from '../../schemas/kinds.ts';
import { parsePartitionPath, type PartitionKey, partitionPath } from '../../src/ledger/partition.ts';
import { parsePullPath, pullPath, pullsOn } from '../../src/ledger/pull-key.ts';
import { stamp } from '../../src/ledger/stamp.ts';
import { sliceName } from '../../src/domain/slice.ts';
import { utcDay } from '../../src/domain/day.ts';
import { aSlice } from '../fixtures/builders.ts';

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
  startDate: someInstant.map(utcDay),
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

  it('are inverses from the other side: what is read as a key is its own path, and a real day', () => {
    const somePath = fc.oneof(nearly(somePartition.map(partitionPath)), fc.string(), fc.webPath());
    const inverse = fc.property(somePath, (path) => {
      const key = parsePartitionPath(path);
      if (!key) return;
      expect(partitionPath(key)).toBe(path);
      expect(utcDay(Date.parse(key.startDate))).toBe(key.startDate);
    });
    fc.assert(inverse, { numRuns: 5000 });
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

describe('the key and the path of a pull record', () => {
  it('are inverses', () => {
    const inverse = fc.property(someSlice, someInstant, (slice, instant) => {
      expect(parsePullPath(pullPath(slice, instant))).toEqual({ slice: sliceName(slice), instant });
    });
    fc.assert(inverse);
  });

  it('are inverses from the other side: what is read as a key is its own path', () => {
    const somePath = fc.oneof(
      nearly(fc.tuple(someSlice, someInstant).map(([slice, instant]) => pullPath(slice, instant))),
      fc.string(),
      fc.webPath(),
    );
    const inverse = fc.property(somePath, (path) => {
      const key = parsePullPath(path);
      if (!key) return;
      expect(key.instant).not.toBeNaN();
      expect(`${pullsOn(utcDay(key.instant))}${stamp(key.instant)}-${key.slice}.json`).toBe(path);
    });
    fc.assert(inverse, { numRuns: 5000 });
  });

  it('sort by time within a slice', () => {
    const sorts = fc.property(someSlice, someInstant, someInstant, (slice, a, b) => {
      expect(pullPath(slice, a) < pullPath(slice, b)).toBe(a < b);
    });
    fc.assert(sorts);
  });
});
