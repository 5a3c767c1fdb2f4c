import { beforeEach, describe, expect, it } from 'vitest';
import { rawPath } from '../../src/ledger/raw-key.ts';
import { LostRaceError } from '../../src/errors.ts';
import { writeOnce } from '../../src/ledger/write-once.ts';
import { aSlice, OBSERVED_AT } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';

const KEY = 'raw/copy/ONE_DAY/eu-west-1/any/20261123T030005123Z.jsonl.gz';
const NEXT = KEY.replace('05123Z', '05124Z');

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

function write(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return writeOnce(store, (instant) => rawPath(aSlice(), instant), OBSERVED_AT, bytes);
}

describe('an object that is written once', () => {
  it('lies under its instant', async () => {
    expect(await write('one')).toBe(KEY);
    expect(store.text(KEY)).toBe('one');
  });

  it('takes the next millisecond when another one has taken its own', async () => {
    store.seed(KEY, 'another');
    expect(await write('one')).toBe(NEXT);
    expect(store.text(KEY)).toBe('another');
    expect(store.text(NEXT)).toBe('one');
  });

  it('knows itself when the answer to the first PUT was lost', async () => {
    await write('one');
    expect(await write('one')).toBe(KEY);
    expect(store.puts).toEqual([KEY]);
  });

  it('gives up after twenty milliseconds that are all taken', async () => {
    let puts = 0;
    store.put = async () => {
      puts += 1;
      return { written: false };
    };
    await expect(write('one')).rejects.toThrow(LostRaceError);
    expect(puts).toBe(20);
  });
});
