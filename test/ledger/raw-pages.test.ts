import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import { DamagedObjectError } from '../../src/errors.ts';
import { openRaw, readRaw } from '../../src/ledger/raw-pages.ts';
import { aSlice, OBSERVED_AT } from '../fixtures/builders.ts';

const context = {
  slice: aSlice(),
  observedAt: OBSERVED_AT,
  request: { AccountId: 'ANY', MaxResults: 500 },
  options: { max_rejects: 0 },
  versions: { 'backup-ledger': '1.2.3' },
};

async function write(...pages: readonly string[]): Promise<Uint8Array> {
  const raw = await openRaw(gzipLines, context);
  for (const page of pages) await raw.append(new TextEncoder().encode(page));
  return raw.finish();
}

async function read(bytes: Uint8Array) {
  const { header, pages } = await readRaw(gzipLines, bytes);
  const texts: string[] = [];
  for await (const page of pages) texts.push(new TextDecoder().decode(page));
  return { header, texts };
}

describe('a file of raw pages', () => {
  it.each([
    [[]],
    [['{}']],
    [['{"CopyJobSummaries":[]}', '{"NextToken": "é😀" }']],
    [['{\n}', '\r\n[]\n', '{"x":"$base64"}']],
    [['{"$base64":7}', '{"$base64":"no, AWS says so"}']],
  ])('gives back its pages, byte for byte, case %#', async (pages) => {
    expect((await read(await write(...pages))).texts).toEqual(pages);
  });

  it('gives back its header', async () => {
    expect((await read(await write('{}'))).header).toMatchObject({
      raw_version: 1,
      kind: 'copy',
      observed_at: '2026-11-23T03:00:05.123Z',
      operation: 'ListCopyJobSummaries',
      request: context.request,
      options: context.options,
      versions: context.versions,
    });
  });

  it('has a line for each page, as it is', async () => {
    expect(gunzipSync(await write('{"a":1}', '{"b":2}')).toString()).toMatch(
      /^\{.*\}\n\{"a":1\}\n\{"b":2\}\n$/,
    );
  });
});

describe('no file of raw pages', () => {
  it.each([
    ['is empty', ''],
    ['has a first line that is no JSON', 'x\n'],
    ['has a header of another version', '{"raw_version":2,"observed_at":"2026-11-23T03:00:05.123Z"}\n'],
    ['has a header without an instant', '{"raw_version":1}\n'],
    ['has a header that is no object', 'null\n'],
  ])('%s', async (_what, text) => {
    await expect(read(gzipSync(text))).rejects.toThrow(DamagedObjectError);
  });

  it('is cut short, which shows before its pages are all read', async () => {
    const whole = await write('{"a":1}', '{"b":2}');
    await expect(read(whole.slice(0, -9))).rejects.toThrow(DamagedObjectError);
  });
});
