import { beforeEach, describe, expect, it } from 'vitest';
import { parseRecordInstant } from '../../schemas/pull-record.ts';
import type { SliceResult } from '../../schemas/pull-result.ts';
import { encodeRecord, parseRecord, type RecordedPull, recordOf } from '../../src/ledger/pull-record.ts';
import { OBSERVED_AT, onlySlice, pullOnce } from '../fixtures/builders.ts';

const key = { slice: 'copy-ONE_DAY-eu-west-1-any', month: '2026-11' };
const link = { pull: '20261123T030005123Z-copy-ONE_DAY-eu-west-1-any', previous_sha256: null };

let result: SliceResult;
beforeEach(async () => {
  result = onlySlice(await pullOnce([]));
});

function encode(fields: Partial<RecordedPull> = {}, changes: Readonly<Record<string, unknown>> = {}): string {
  const pull = {
    observedAt: OBSERVED_AT,
    startedAt: OBSERVED_AT - 1000,
    finishedAt: OBSERVED_AT + 1000,
    result,
    rawSha256: null,
    objects: [],
    writtenBy: 'backup-ledger 1.2.3',
    ...fields,
  };
  return encodeRecord({ ...recordOf(pull, link), ...changes });
}

function parse(line: string, where = key) {
  return parseRecord(new TextEncoder().encode(line), where);
}

describe('a pull record', () => {
  it('is one line of JSON', () => {
    expect(encode()).not.toContain('\n');
  });

  it("holds the slice's whole result, what wrote it, its raw pages, the objects and what chains it", () => {
    const objects = [
      { partition: 'p', action: 'written', version: 'v1', sha256: '00', replaced_sha256: null, rows: 3 },
    ] as const;
    expect(JSON.parse(encode({ objects, rawSha256: '0f' }))).toEqual({
      ...result,
      ...link,
      record_version: 1,
      written_by: 'backup-ledger 1.2.3',
      started_at: '2026-11-23 03:00:04.123',
      finished_at: '2026-11-23 03:00:06.123',
      observed_at: '2026-11-23 03:00:05.123',
      raw_sha256: '0f',
      objects,
      record_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('writes its instant so that it can be read back', () => {
    expect(parseRecordInstant(JSON.parse(encode()).observed_at)).toBe(OBSERVED_AT);
  });

  it('is read back', () => {
    expect(parse(encode())).toEqual(JSON.parse(encode()));
  });
});

describe('a line that is no record', () => {
  it.each(['', '{', 'null', '[]', '7', '{}'])('because it reads %j', (text) => {
    expect(() => parse(text)).toThrow(/expected/);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a version of another time', { record_version: 2 }],
    ['an outcome nobody knows', { outcome: 'fine' }],
    ['a kind nobody knows', { kind: 'move' }],
    ['a region that is a path', { region: '../x' }],
    ['raw pages that are a number', { raw: 5 }],
    [
      'objects without a partition',
      { objects: [{ sha256: '00', action: 'written', replaced_sha256: null }] },
    ],
    ['no objects', { objects: null }],
    ['an instant that is none', { observed_at: 'yesterday' }],
    ['an instant of another month', { observed_at: '2026-12-23 03:00:05.123' }],
    ['the name of another instant', { pull: link.pull.replace('03', '04') }],
    ['the slice of another object', { scope: '111111111111' }],
    ['a first day nobody can have seen', { first_day: '0001-01-01', last_day: '2026-11-22' }],
    ['a last day that is none', { first_day: '2026-11-21', last_day: '2026-11-31' }],
    ['days in the wrong order', { first_day: '2026-11-22', last_day: '2026-11-21' }],
    ['one day without the other', { first_day: '2026-11-22' }],
  ])('because it has %s', (_what, changes) => {
    expect(() => parse(encode({}, changes))).toThrow(/expected|got|lies among/);
  });

  it('because a character was changed', () => {
    expect(() => parse(encode().replace('"accounts":0', '"accounts":1'))).toThrow(/own hash/);
  });

  it('because it lies among those of another slice or month', () => {
    expect(() => parse(encode(), { ...key, slice: 'copy-ONE_DAY-us-east-1-any' })).toThrow(/us-east-1/);
    expect(() => parse(encode(), { ...key, month: '2026-12' })).toThrow(/observed_at/);
  });
});
