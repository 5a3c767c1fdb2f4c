import { describe, expect, it } from 'vitest';
import { parseRawPath, rawPath } from '../../src/ledger/raw-key.ts';
import { parseStamp, stamp } from '../../src/ledger/stamp.ts';
import { sliceName } from '../../src/domain/slice.ts';
import { aSlice, OBSERVED_AT } from '../fixtures/builders.ts';

describe('the key of raw pages', () => {
  const path = 'raw/copy/ONE_DAY/eu-west-1/any/20261123T030005123Z.jsonl.gz';

  it('names the slice and the instant', () => {
    expect(rawPath(aSlice(), OBSERVED_AT)).toBe(path);
    expect(parseRawPath(path)).toEqual({ slice: sliceName(aSlice()), instant: OBSERVED_AT });
  });

  it.each([
    'raw/copy/ONE_DAY/eu-west-1/any/20261123T030005123Z.jsonl',
    'raw/copy/ONE_DAY/eu-west-1/20261123T030005123Z.jsonl.gz',
    'raw/copy/ONE_DAY/eu-west-1/any/20261323T030005123Z.jsonl.gz',
    'raw/copy/ONE_DAY/eu-west-1/any/x.jsonl.gz',
    `x${path}`,
  ])('is not %s', (other) => {
    expect(parseRawPath(other)).toBeUndefined();
  });
});

describe('a stamp', () => {
  const instants = [0, 999, 1000, OBSERVED_AT - 1, OBSERVED_AT, Date.UTC(2027, 0, 1)];

  it('sorts as text in the order of time, and can be read back', () => {
    expect(instants.map(stamp).toSorted()).toEqual(instants.map(stamp));
    expect(instants.map((instant) => parseStamp(stamp(instant)))).toEqual(instants);
  });
});
