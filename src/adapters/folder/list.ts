import pMap from 'p-map';
import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedObject } from '../../ports.ts';
import { naming, unlessMissing } from './errors.ts';
import { isOwnName } from '../../domain/own-files.ts';
import { linkError } from './paths.ts';

/** As many as Node has threads for files, and a few that wait. */
const FILES_AT_ONCE = 16;

interface Wanted {
  readonly prefix: string;
  readonly startAfter: string;
}

/** Objects below a folder in S3's order, reading no folder that can hold none of those wanted. */
export async function* walk(root: string, wanted: Wanted, folder = ''): AsyncGenerator<ListedObject> {
  const entries = await naming('list', join(root, folder), () =>
    unlessMissing(readdir(join(root, folder), { withFileTypes: true })),
  );
  const own = inOrder(folder, entries ?? []).filter(({ key }) => mayHold(key, wanted));
  const sizes = await sizesOf(root, own);
  for (const { key, entry } of own) {
    if (entry.isSymbolicLink()) throw linkError(join(root, key));
    if (entry.isDirectory()) yield* walk(root, wanted, key);
    const size = sizes.get(key);
    if (size !== undefined) yield { key, size };
  }
}

interface Entry {
  readonly key: string;
  readonly entry: Dirent;
}

/** A folder is ordered by the keys below it, which go on with a slash: `a.txt` comes before `a/b`. */
function inOrder(folder: string, entries: readonly Dirent[]): Entry[] {
  return entries
    .map((entry) => ({ key: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`, entry }))
    .filter(({ key }) => !isOwnName(key))
    .toSorted((a, b) => compareBytes(a.key, b.key));
}

function mayHold(key: string, { prefix, startAfter }: Wanted): boolean {
  if (key.endsWith('/')) {
    const near = key.startsWith(prefix) || prefix.startsWith(key);
    return near && (startAfter.startsWith(key) || compareBytes(key, startAfter) > 0);
  }
  return key.startsWith(prefix) && compareBytes(key, startAfter) > 0;
}

/** Of a folder's files, asked for side by side; one that has gone since has none. */
async function sizesOf(root: string, entries: readonly Entry[]): Promise<ReadonlyMap<string, number>> {
  const files = entries.filter(({ entry }) => entry.isFile());
  const sizes = await pMap(
    files,
    async ({ key }) => {
      const found = await naming('list', join(root, key), () => unlessMissing(lstat(join(root, key))));
      return [key, found?.size] as const;
    },
    { concurrency: FILES_AT_ONCE },
  );
  return new Map(sizes.filter((pair): pair is readonly [string, number] => pair[1] !== undefined));
}

/** UTF-8 order, which JavaScript's own comparison of UTF-16 units is not. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
