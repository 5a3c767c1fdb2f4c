import { once } from 'node:events';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { DamagedObjectError } from '../errors.ts';
import type { LineCodec, LineWriter } from '../ports.ts';

/** Files of lines under GZIP, whose checksum covers all of them. Equal lines give equal bytes. */
export const gzipLines: LineCodec = { create: createWriter, read: readLines };

const LINE_FEED = new Uint8Array([0x0a]);

function createWriter(): LineWriter {
  const gzip = createGzip();
  const chunks: Buffer[] = [];
  let drained: Promise<unknown> = Promise.resolve();
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    /** Waits for the line before, not for this one: it is compressed while the next one is fetched. */
    async append(line) {
      await drained;
      gzip.write(line);
      if (!gzip.write(LINE_FEED)) drained = once(gzip, 'drain');
    },
    async finish() {
      gzip.end();
      await once(gzip, 'end');
      return Buffer.concat(chunks);
    },
    discard: () => void gzip.destroy(),
  };
}

async function* readLines(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const text = Readable.from([bytes], { objectMode: false }).pipe(createGunzip());
  let pending: Buffer[] = [];
  try {
    for await (const chunk of text as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
        yield Buffer.concat([...pending, chunk.subarray(from, at)]);
        pending = [];
        from = at + 1;
      }
      if (from < chunk.length) pending.push(chunk.subarray(from));
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DamagedObjectError(`no readable file of lines: ${why}`, { cause });
  }
  if (pending.length > 0)
    throw new DamagedObjectError('no readable file of lines: its last line is cut short');
}
