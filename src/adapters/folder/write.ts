import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from './errors.ts';
import { STAGING_NAME } from '../../domain/own-files.ts';
import { isFolder, isThere } from './paths.ts';

/**
 * Puts a whole file in place of what is there. A reader sees the old bytes or the new ones, also after a power cut.
 * To be called under the lock.
 */
export async function replaceFile(root: string, parts: readonly string[], bytes: Uint8Array): Promise<void> {
  const staging = join(root, STAGING_NAME);
  const path = join(root, ...parts);
  try {
    await writeNew(staging, bytes);
    await makeFolders(root, parts.slice(0, -1));
    await rename(staging, path);
  } catch (error) {
    await rm(staging, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Creates the root and its parents where they are missing. */
export async function makeRoot(root: string): Promise<void> {
  const missing: string[] = [];
  for (let path = root; !(await isThere(path)); path = dirname(path)) missing.unshift(path);
  // One by one: `recursive` tries for ever where the system lets nobody make a folder, as in /proc.
  for (const path of missing) {
    await mkdir(path, { mode: 0o755 }).catch((error: unknown) => {
      if (errnoOf(error) !== 'EEXIST') throw error;
    });
    await syncFolder(dirname(path));
  }
}

/** Takes away what a writer that was killed has left behind. To be called under the lock. */
export async function clearStaging(root: string): Promise<void> {
  await rm(join(root, STAGING_NAME), { force: true });
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function makeFolders(root: string, parts: readonly string[]): Promise<void> {
  if (await isFolder(root, parts)) return;
  for (const [depth] of parts.entries()) {
    const upTo = parts.slice(0, depth + 1);
    if (await isFolder(root, upTo)) continue;
    const path = join(root, ...upTo);
    await mkdir(path, { mode: 0o755 });
    await syncFolder(dirname(path));
  }
}

/** Makes the names in a folder outlast a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } catch (error) {
    // Some network file systems cannot sync a folder, and need not.
    if (!['EINVAL', 'ENOTSUP'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await folder.close();
  }
}
