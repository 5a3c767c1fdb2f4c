import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/day.ts';
import { sha256 } from '../../src/domain/sha256.ts';
import { recordsPath } from '../../src/ledger/records-key.ts';
import { linesOf } from '../../src/ledger/records.ts';
import type { PutCondition } from '../../src/ports.ts';
import { OBSERVED_AT } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';
import { addRecord } from '../fixtures/records.ts';

const NOVEMBER = recordsPath({ slice: 'copy-ONE_DAY-eu-west-1-any', month: '2026-11' });
const DECEMBER = recordsPath({ slice: 'copy-ONE_DAY-eu-west-1-any', month: '2026-12' });

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

function records(key = NOVEMBER): { pull: string; previous_sha256: string | null }[] {
  return linesOf(store.bytes(key)).map((line) => JSON.parse(new TextDecoder().decode(line)));
}

function hashes(key = NOVEMBER): string[] {
  return linesOf(store.bytes(key)).map(sha256);
}

describe('the lines of an object', () => {
  it('are what stands between its line feeds, whole or not', () => {
    const split = fc.property(fc.array(fc.stringMatching(/^[^\n]*$/)), fc.boolean(), (texts, isEnded) => {
      const text = texts.join('\n') + (isEnded && texts.length > 0 ? '\n' : '');
      const lines = linesOf(new TextEncoder().encode(text)).map((line) =>
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(line),
      );
      const expected = text.split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(lines).toEqual(expected);
    });
    fc.assert(split);
  });
});

describe('a record', () => {
  it('is added behind the others and carries the hash of the line before', async () => {
    for (const minutes of [0, 1, 2]) await addRecord(store, OBSERVED_AT + minutes * 60_000);
    const [first, second] = hashes();
    expect(records().map(({ previous_sha256 }) => previous_sha256)).toEqual([null, first, second]);
  });

  it('goes on where the last month ended', async () => {
    await addRecord(store, OBSERVED_AT);
    await addRecord(store, OBSERVED_AT + 10 * DAY_MS);
    expect(records(DECEMBER)[0]?.previous_sha256).toBe(hashes()[0]);
  });

  it('of the same millisecond takes the next name, and is no other record', async () => {
    const names = [await addRecord(store, OBSERVED_AT), await addRecord(store, OBSERVED_AT)];
    expect(names).toEqual([
      '20261123T030005123Z-copy-ONE_DAY-eu-west-1-any',
      '20261123T030005124Z-copy-ONE_DAY-eu-west-1-any',
    ]);
    expect(records().map(({ pull }) => pull)).toEqual(names);
  });

  it('whose put was written and not answered is there once', async () => {
    const put = store.put.bind(store);
    let lost = true;
    store.put = async (key: string, bytes: Uint8Array, condition: PutCondition) => {
      const result = await put(key, bytes, condition);
      if (!lost) return result;
      lost = false;
      return { written: false };
    };
    const pull = await addRecord(store, OBSERVED_AT);
    expect(records().map((record) => record.pull)).toEqual([pull]);
  });

  it('is lost by none of many writers, and the chain holds', async () => {
    // Records that are the same in every byte would be one.
    for (let round = 0; round < 20; round++)
      await Promise.all(
        Array.from({ length: 8 }, (_, writer) => addRecord(store, OBSERVED_AT + round, { requests: writer })),
      );
    const found = records();
    expect(new Set(found.map(({ pull }) => pull)).size).toBe(160);
    expect(found.map(({ previous_sha256 }) => previous_sha256)).toEqual([null, ...hashes().slice(0, -1)]);
  });
});
