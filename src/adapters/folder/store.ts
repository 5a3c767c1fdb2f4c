import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pLimit from 'p-limit';
import { sha256 } from '../../domain/sha256.ts';
import { StoreError } from '../../errors.ts';
import type { ObjectStore, PutCondition, PutResult } from '../../ports.ts';
import { naming, unlessMissing } from './errors.ts';
import { walk } from './list.ts';
import { withLock } from './lock.ts';
import { LOCK_NAME } from '../../domain/own-files.ts';
import { isFolder, openPlain, partsOf } from './paths.ts';
import { clearStaging, makeRoot, replaceFile } from './write.ts';

export interface FileStoreOptions {
  /** The ledger's folder; made by the first write. */
  readonly root: string;
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for other writers, in milliseconds. Default: 60,000. */
  readonly patienceMs?: number;
}

/**
 * A ledger in a local folder. The version of an object is the SHA-256 of its bytes. Writers, of this process and of
 * others, take turns by a lock on `<root>/.lock`; readers never wait and never see a file half written.
 *
 * Every method throws {@link StoreError}, or the reason of `signal` once that is aborted.
 */
export function createFileStore(options: FileStoreOptions): ObjectStore {
  const { signal, patienceMs = 60_000 } = options;
  const root = resolve(options.root);
  const lock = join(root, LOCK_NAME);
  // Writers of this process queue here: the lock's own way to wait is to try again.
  const oneAtATime = pLimit(1);

  async function reading<T>(key: string, read: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
    signal?.throwIfAborted();
    const parts = partsOf(key);
    return naming('read', join(root, key), () => readObject(root, parts, read));
  }

  async function get(key: string) {
    const bytes = await reading(key, (file) => file.readFile());
    return bytes && { bytes, version: sha256(bytes) };
  }

  async function swap(
    key: string,
    parts: readonly string[],
    bytes: Uint8Array,
    condition: PutCondition,
  ): Promise<PutResult> {
    // Read under the lock: what the caller saw before may be gone.
    const current = await get(key);
    if (!holds(condition, current?.version)) return { written: false };
    await replaceFile(root, parts, bytes);
    return { written: true, version: sha256(bytes) };
  }

  return {
    get,

    range: (key, start, end) => reading(key, (file) => readRange(file, start, Math.max(start, end))),

    async put(key, bytes, condition) {
      const parts = partsOf(key);
      return oneAtATime(() =>
        naming('write', join(root, key), async () => {
          await makeRoot(root);
          return withLock(lock, { patienceMs, signal }, async () => {
            await clearStaging(root);
            return swap(key, parts, bytes, condition);
          });
        }),
      );
    },

    async *list(prefix, { startAfter = '' } = {}) {
      for await (const object of walk(root, { prefix, startAfter })) {
        signal?.throwIfAborted();
        yield object;
      }
    },
  };
}

function holds(condition: PutCondition, current: string | undefined): boolean {
  return 'ifVersion' in condition ? condition.ifVersion === current : current === undefined;
}

async function readObject<T>(
  root: string,
  parts: readonly string[],
  read: (file: FileHandle) => Promise<T>,
): Promise<T | undefined> {
  if (!(await isFolder(root, parts.slice(0, -1)))) return undefined;
  const path = join(root, ...parts);
  // Non-blocking: opening a named pipe would wait for its writer for ever.
  const file = await unlessMissing(openPlain(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    if (file && !(await file.stat()).isFile()) throw new StoreError('fix-data', `${path} is not a file`);
    return file && (await read(file));
  } finally {
    await file?.close();
  }
}

async function readRange(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.max(0, Math.min(end, size) - start));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
