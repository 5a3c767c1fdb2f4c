import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedObject } from '../../ports.ts';
import { naming, unlessMissing } from './errors.ts';
import { isOwnName } from '../../domain/own-files.ts';
import { linkError } from './paths.ts';

interface Wanted {
  readonly prefix: string;
  readonly startAfter: string;
}

/** Objects below a folder in S3's order, reading no folder that can hold none of those wanted. */
export async function* walk(root: string, wanted: Wanted, folder = ''): AsyncGenerator<ListedObject> {
  const entries = await naming('list', join(root, folder), () =>
    unlessMissing(readdir(join(root, folder), { withFileTypes: true })),
  );
  for (const { key, entry } of inOrder(folder, entries ?? [])) {
    if (!mayHold(key, wanted)) continue;
    if (entry.isSymbolicLink()) throw linkError(join(root, key));
    if (entry.isDirectory()) yield* walk(root, wanted, key);
    if (entry.isFile()) yield* sized(root, key);
  }
}

/** A folder is ordered by the keys below it, which go on with a slash: `a.txt` comes before `a/b`. */
function inOrder(folder: string, entries: readonly Dirent[]): { key: string; entry: Dirent }[] {
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

async function* sized(root: string, key: string): AsyncGenerator<ListedObject> {
  const found = await naming('list', join(root, key), () => unlessMissing(lstat(join(root, key))));
  if (found) yield { key, size: found.size };
}

/** UTF-8 order, which JavaScript's own comparison of UTF-16 units is not. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
