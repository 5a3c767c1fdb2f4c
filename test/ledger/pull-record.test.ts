import { beforeEach, describe, expect, it } from 'vitest';
import type { SliceResult } from '../../schemas/pull-result.ts';
import { parseRecordInstant } from '../../schemas/pull-record.ts';
import { encodeRecord, type RecordedPull } from '../../src/ledger/pull-record.ts';
import { OBSERVED_AT, onlySlice, pullOnce } from '../fixtures/builders.ts';

let result: SliceResult;
beforeEach(async () => {
  result = onlySlice(await pullOnce([]));
});

function encode(fields: Partial<RecordedPull> = {}): string {
  const pull = {
    observedAt: OBSERVED_AT,
    result,
    rawSha256: null,
    objects: [],
    writtenBy: 'backup-ledger 1.2.3',
    ...fields,
  };
  return new TextDecoder().decode(encodeRecord(pull));
}

describe('a pull record', () => {
  it('is one line of JSON', () => {
    expect(encode().trimEnd()).not.toContain('\n');
    expect(encode().endsWith('}\n')).toBe(true);
  });

  it("holds the slice's whole result, what wrote it, its raw pages and the objects", () => {
    const objects = [{ partition: 'p', action: 'written', version: 'v1', sha256: '00', rows: 3 }] as const;
    expect(JSON.parse(encode({ objects, rawSha256: '0f' }))).toEqual({
      ...result,
      record_version: 1,
      written_by: 'backup-ledger 1.2.3',
      observed_at: '2026-11-23 03:00:05.123',
      raw_sha256: '0f',
      objects,
    });
  });

  it('writes its instant so that it can be read back', () => {
    expect(parseRecordInstant(JSON.parse(encode()).observed_at)).toBe(OBSERVED_AT);
  });
});
