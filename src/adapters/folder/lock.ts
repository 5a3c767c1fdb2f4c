import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { LostRaceError, StoreError } from '../../errors.ts';
import { naming } from './errors.ts';
import { openPlain } from './paths.ts';
import { retryLostRaces } from '../back-off.ts';

export interface LockOptions {
  /** Longest wait for other writers, about, in milliseconds. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds between two tries at most. */
const MAX_WAIT_MS = 50;

/** Only a writer to a local ledger waits for the native code to be loaded. */
const locks = () => import('fs-native-extensions');

/**
 * Runs `work` while holding the file's exclusive lock. The lock belongs to the descriptor opened here, so it also
 * keeps out other work of this process (Linux: open file description locks; macOS: flock), and the system releases it
 * when the process dies.
 *
 * @throws {@link StoreError} (`retry-later`) when others hold the lock for too long; the signal's reason when aborted.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const { unlock } = await locks();
  const file = await takeLock(path, options);
  try {
    return await work();
  } finally {
    // Closing alone would not do: a child process being forked holds the descriptor until it becomes its own program.
    unlock(file.fd);
    await file.close();
  }
}

async function takeLock(path: string, { patienceMs, signal }: LockOptions): Promise<FileHandle> {
  const maxAttempts = Math.max(1, Math.ceil(patienceMs / MAX_WAIT_MS));
  const patiently = retryLostRaces({ maxAttempts, minDelayMs: 2, maxDelayMs: MAX_WAIT_MS, signal });
  try {
    return await patiently(path, () => naming('write', path, () => tryToTake(path)));
  } catch (error) {
    if (!(error instanceof LostRaceError)) throw error;
    throw new StoreError('retry-later', `${path}: other writers held the lock for ${patienceMs / 1000} s`, {
      cause: error,
    });
  }
}

async function tryToTake(path: string): Promise<FileHandle | undefined> {
  const { tryLock } = await locks();
  const file = await openPlain(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  let taken = false;
  try {
    taken = tryLock(file.fd);
    return taken ? file : undefined;
  } finally {
    if (!taken) await file.close();
  }
}
