import { beforeEach, describe, expect, it } from 'vitest';
import { LostRaceError } from '../../src/errors.ts';
import type { SliceResult } from '../../schemas/pull-result.ts';
import { parseRecordInstant } from '../../schemas/pull-record.ts';
import { type RecordedPull, writeRecord } from '../../src/stages/record.ts';
import { aSlice, OBSERVED_AT, onlySlice, pullOnce } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';

const KEY = 'pulls/pull_date=2026-11-23/20261123T030005123Z-copy-ONE_DAY-eu-west-1-any.json';
const NEXT = KEY.replace('05123Z', '05124Z');

let store: MemoryStore;
let result: SliceResult;
beforeEach(async () => {
  store = new MemoryStore();
  result = onlySlice(await pullOnce([]));
});

function aPull(fields: Partial<RecordedPull> = {}): RecordedPull {
  return {
    slice: aSlice(),
    observedAt: OBSERVED_AT,
    result,
    objects: [],
    writtenBy: 'backup-ledger 1.2.3',
    ...fields,
  };
}

describe('a pull record', () => {
  it('is one line of JSON under the instant and name of its slice', async () => {
    expect(await writeRecord(store, aPull())).toBe(KEY);
    expect(store.text(KEY).trimEnd()).not.toContain('\n');
    expect(store.text(KEY).endsWith('}\n')).toBe(true);
  });

  it("holds the slice's whole result, what wrote it and the objects", async () => {
    const objects = [{ partition: 'p', action: 'written', version: 'v1', sha256: '00', rows: 3 }] as const;
    await writeRecord(store, aPull({ objects }));
    expect(JSON.parse(store.text(KEY))).toEqual({
      ...result,
      record_version: 1,
      written_by: 'backup-ledger 1.2.3',
      observed_at: '2026-11-23 03:00:05.123',
      objects,
    });
  });

  it('writes its instant so that it can be read back', async () => {
    await writeRecord(store, aPull());
    expect(parseRecordInstant(JSON.parse(store.text(KEY)).observed_at)).toBe(OBSERVED_AT);
  });

  it('takes the next millisecond when another pull of the slice began in the same, and stays true inside', async () => {
    store.seed(KEY, 'another record');
    expect(await writeRecord(store, aPull())).toBe(NEXT);
    expect(store.text(KEY)).toBe('another record');
    expect(JSON.parse(store.text(NEXT)).observed_at).toBe('2026-11-23 03:00:05.123');
  });

  it('knows its own object when the answer to the first PUT was lost', async () => {
    await writeRecord(store, aPull());
    expect(await writeRecord(store, aPull())).toBe(KEY);
    expect(store.puts).toEqual([KEY]);
  });

  it('gives up when every millisecond of a second is taken', async () => {
    store.put = async () => ({ written: false });
    await expect(writeRecord(store, aPull())).rejects.toThrow(LostRaceError);
  });
});
