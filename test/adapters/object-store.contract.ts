import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../src/ports.ts';
import { compareAndSwap, listAll } from './object-store.contract-work.ts';

/** Opens a new, empty ledger. Each call of what it returns is another handle on that same ledger. */
export type OpenLedger = () => Promise<() => ObjectStore>;

const ifAbsent = { ifAbsent: true } as const;

/** What every ObjectStore promises. */
export function describeObjectStore(name: string, open: OpenLedger): void {
  describe(`${name} as an ObjectStore`, () => {
    describe('get', () => {
      it('gives back what was put, with the version the put reported', async () => {
        const store = (await open())();
        const put = await store.put('a/b.json', bytes('hello'), ifAbsent);
        const got = await store.get('a/b.json');
        expect(text(got?.bytes)).toBe('hello');
        expect(put).toEqual({ written: true, version: got?.version });
      });

      it('gives undefined for an object that is not there', async () => {
        const store = (await open())();
        expect(await store.get('nothing')).toBeUndefined();
        expect(await store.get('no/such/folder/nothing')).toBeUndefined();
        expect(await store.range('nothing', 0, 4)).toBeUndefined();
      });

      it.each([0, 1, 5 * 1024 * 1024])('holds an object of %i bytes', async (size) => {
        const store = (await open())();
        const content = Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
        await store.put('sized', content, ifAbsent);
        const got = await store.get('sized');
        expect(Buffer.compare(got?.bytes ?? bytes('absent'), content)).toBe(0);
        expect(await listAll(store)).toEqual([{ key: 'sized', size }]);
      });

      it.each([
        'plain.json',
        'start_month=2026-11/eu-west-1.parquet',
        'é/日本語/😀.json',
        `a b+c%20d&e'(f)!*~@:,;$.json`,
      ])('holds an object named %s', async (key) => {
        const store = (await open())();
        await store.put(key, bytes(key), ifAbsent);
        expect(text((await store.get(key))?.bytes)).toBe(key);
        expect(await listAll(store)).toEqual([{ key, size: bytes(key).length }]);
      });
    });

    describe('range', () => {
      it.each([
        [0, 3, '012'],
        [3, 7, '3456'],
        [7, 100, '789'],
        [0, 10, '0123456789'],
        [4, 4, ''],
        [10, 20, ''],
        [100, 200, ''],
      ])('gives bytes %i up to %i', async (start, end, expected) => {
        const store = (await open())();
        await store.put('digits', bytes('0123456789'), ifAbsent);
        expect(text(await store.range('digits', start, end))).toBe(expected);
      });

      it('gives no bytes of an empty object', async () => {
        const store = (await open())();
        await store.put('empty', bytes(''), ifAbsent);
        expect(text(await store.range('empty', 0, 8))).toBe('');
      });
    });

    describe('put', () => {
      it('does not create over an object that is there', async () => {
        const store = (await open())();
        await store.put('key', bytes('first'), ifAbsent);
        expect(await store.put('key', bytes('second'), ifAbsent)).toEqual({ written: false });
        expect(text((await store.get('key'))?.bytes)).toBe('first');
      });

      it('replaces the version that was read', async () => {
        const store = (await open())();
        const version = await create(store, 'key', 'first');
        const replaced = await store.put('key', bytes('second'), { ifVersion: version });
        const got = await store.get('key');
        expect(text(got?.bytes)).toBe('second');
        expect(replaced).toEqual({ written: true, version: got?.version });
        expect(got?.version).not.toBe(version);
      });

      it('does not replace a version that is gone', async () => {
        const store = (await open())();
        const version = await create(store, 'key', 'first');
        await store.put('key', bytes('second'), { ifVersion: version });
        expect(await store.put('key', bytes('third'), { ifVersion: version })).toEqual({ written: false });
        expect(text((await store.get('key'))?.bytes)).toBe('second');
      });

      it('does not replace an object that is not there', async () => {
        const store = (await open())();
        const version = await create(store, 'other', 'first');
        expect(await store.put('folder/key', bytes('x'), { ifVersion: version })).toEqual({ written: false });
        expect(await store.get('folder/key')).toBeUndefined();
      });

      it('lets one of 8 creators win', async () => {
        const handle = await open();
        const results = await Promise.all(
          Array.from({ length: 8 }, (_, writer) => handle().put('key', bytes(`writer ${writer}`), ifAbsent)),
        );
        const winners = results.flatMap(({ written }, writer) => (written ? [writer] : []));
        expect(winners).toHaveLength(1);
        expect(text((await handle().get('key'))?.bytes)).toBe(`writer ${winners[0]}`);
      });

      it('loses none of 50 increments made at once', async () => {
        const handle = await open();
        await Promise.all(Array.from({ length: 50 }, () => increment(handle())));
        expect(text((await handle().get('counter'))?.bytes)).toBe('50');
      });

      it('shows a reader whole objects only, while they are replaced', async () => {
        const handle = await open();
        const store = handle();
        let version = await create(store, 'key', 'a'.repeat(100_000));
        const writing = new AbortController();
        const reading = (async () => {
          const seen = new Set<string>();
          while (!writing.signal.aborted)
            seen.add([...new Set(text((await handle().get('key'))?.bytes))].join());
          return seen;
        })();
        for (const letter of 'bcdefghij') {
          const put = await store.put('key', bytes(letter.repeat(100_000)), { ifVersion: version });
          if (put.written) version = put.version;
        }
        writing.abort();
        for (const letters of await reading) expect(letters).toHaveLength(1);
      });
    });

    describe('list', () => {
      // In UTF-8 the emoji comes last; in UTF-16 it comes before U+FFFD.
      const ordered = ['a.txt', 'a/b', 'a0', 'ab/c', 'b/x/1', 'b/x/2', 'b/y/1', 'é', '\u{FFFD}', '😀'];
      const filled = async () => {
        const store = (await open())();
        for (const key of ordered.toReversed()) await store.put(key, bytes(key), ifAbsent);
        return store;
      };

      it('gives nothing of an empty ledger', async () => {
        expect(await listAll((await open())())).toEqual([]);
      });

      it('gives every object once, with its size, in UTF-8 order', async () => {
        const listed = await listAll(await filled());
        expect(listed).toEqual(ordered.map((key) => ({ key, size: bytes(key).length })));
      });

      it.each([
        ['b/', ['b/x/1', 'b/x/2', 'b/y/1']],
        ['b/x/', ['b/x/1', 'b/x/2']],
        ['b/x', ['b/x/1', 'b/x/2']],
        ['a', ['a.txt', 'a/b', 'a0', 'ab/c']],
        ['a/b', ['a/b']],
        ['b/x/1/', []],
        ['nothing/', []],
        ['../', []],
      ])('gives the objects whose key starts with %s', async (prefix, expected) => {
        expect((await listAll(await filled(), prefix)).map(({ key }) => key)).toEqual(expected);
      });

      it('gives those after a key only, whether that key exists or not', async () => {
        const store = await filled();
        for (const startAfter of [...ordered, 'a', 'a/', 'b/x', 'b/x/15', 'b/z', '\u{10FFFF}']) {
          const expected = ordered.filter(
            (key) => Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0,
          );
          const listed = await listAll(store, '', startAfter);
          expect(
            listed.map(({ key }) => key),
            `after ${startAfter}`,
          ).toEqual(expected);
        }
        expect(await listAll(store, 'b/', 'b/x/1')).toHaveLength(2);
      });
    });
  });
}

export function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

export function text(content: Uint8Array | undefined): string {
  return new TextDecoder().decode(content);
}

function increment(store: ObjectStore) {
  return compareAndSwap(store, 'counter', (number) => String(Number(number) + 1));
}

async function create(store: ObjectStore, key: string, content: string): Promise<string> {
  const put = await store.put(key, bytes(content), ifAbsent);
  if (!put.written) throw new Error(`${key} was there already`);
  return put.version;
}
