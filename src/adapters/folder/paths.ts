import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../../errors.ts';
import { errnoOf, unlessMissing } from './errors.ts';
import { isOwnName } from '../../domain/own-files.ts';

/** The folders and the file a key names. Throws StoreError for a key that could leave the root or name no object. */
export function partsOf(key: string): readonly string[] {
  const parts = key.split('/');
  const unusable = parts.some((part) => part === '' || part === '.' || part === '..');
  if (unusable || /[\\\0]/.test(key) || isOwnName(key)) {
    throw new StoreError('report-bug', `${JSON.stringify(key)} cannot be the key of an object`);
  }
  return parts;
}

/**
 * Whether a folder below the root is there, looked at from the root downwards. No step may be a symbolic link: it
 * could lead out of the root.
 */
export async function isFolder(root: string, parts: readonly string[]): Promise<boolean> {
  let path = root;
  for (const part of parts) {
    path = join(path, part);
    const found = await unlessMissing(lstat(path));
    if (!found) return false;
    if (found.isSymbolicLink()) throw linkError(path);
  }
  return true;
}

/** Whether something is there. Throws StoreError for a link to nothing, where a folder can neither be read nor made. */
export async function isThere(path: string): Promise<boolean> {
  if (await unlessMissing(stat(path))) return true;
  if (await unlessMissing(lstat(path)))
    throw new StoreError('fix-config', `${path} is a link to a place that is not there`);
  return false;
}

/** Opens a file, and throws StoreError for a symbolic link in its place. */
export async function openPlain(path: string, flags: number, mode?: number): Promise<FileHandle> {
  try {
    return await open(path, flags | constants.O_NOFOLLOW, mode);
  } catch (error) {
    // A link on the way to the ledger that leads to itself has the same errno.
    if (errnoOf(error) === 'ELOOP' && (await isLink(path))) throw linkError(path);
    throw error;
  }
}

function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

export function linkError(path: string): StoreError {
  return new StoreError(
    'fix-data',
    `${path} is a symbolic link: a ledger holds plain files in plain folders`,
  );
}
