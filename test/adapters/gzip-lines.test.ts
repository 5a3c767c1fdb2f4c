import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import { DamagedObjectError } from '../../src/errors.ts';

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function write(lines: readonly string[]): Promise<Uint8Array> {
  const writer = gzipLines.create();
  for (const line of lines) await writer.append(bytesOf(line));
  return writer.finish();
}

async function read(bytes: Uint8Array): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of gzipLines.read(bytes)) lines.push(new TextDecoder().decode(line));
  return lines;
}

const LONG = 'é'.repeat(300_000);

describe('a file of lines', () => {
  it.each([[[]], [['']], [['a', '', 'b']], [['{"x":1}', LONG, '😀', LONG]]])(
    'gives back its lines, case %#',
    async (lines) => {
      expect(await read(await write(lines))).toEqual(lines);
    },
  );

  it('is GZIP with a line feed after each line', async () => {
    expect(gunzipSync(await write(['a', 'b'])).toString()).toBe('a\nb\n');
  });

  it('has the same bytes for the same lines: no clock, no name', async () => {
    const lines = Array.from({ length: 2000 }, (_, index) => `line ${index} ${LONG.slice(0, index)}`);
    expect(Buffer.compare(await write(lines), await write(lines))).toBe(0);
  });

  it('that is not wanted can be let go of', async () => {
    const writer = gzipLines.create();
    await writer.append(bytesOf(LONG));
    expect(() => writer.discard()).not.toThrow();
  });
});

describe('damage to it is found:', () => {
  it('at each byte it may be cut off at', async () => {
    const whole = await write(['one', 'two', 'three']);
    for (let length = 0; length < whole.length; length++) {
      await expect(read(whole.slice(0, length)), `${length} bytes`).rejects.toThrow(DamagedObjectError);
    }
  });

  it('a flipped bit in what is compressed', async () => {
    const whole = await write(['one', 'two', 'three']);
    for (let at = 10; at < whole.length; at++) {
      const flipped = whole.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 0x10;
      await expect(read(flipped), `byte ${at}`).rejects.toThrow(DamagedObjectError);
    }
  });

  it('a last line without its end, and what is no GZIP', async () => {
    await expect(read(gzipSync('one\ntwo'))).rejects.toThrow('cut short');
    await expect(read(bytesOf('one\n'))).rejects.toThrow(DamagedObjectError);
  });
});
