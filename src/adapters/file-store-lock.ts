import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tryLock, unlock } from 'fs-native-extensions';
import { StoreError } from '../errors.ts';
import { naming } from './file-store-errors.ts';
import { pause } from './retry.ts';

export interface LockOptions {
  /** Longest wait for other writers, in milliseconds. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while holding the file's exclusive lock. The lock belongs to the descriptor opened here, so it also
 * keeps out other work of this process (Linux: open file description locks; macOS: flock), and the system releases it
 * when the process dies.
 *
 * @throws {@link StoreError} (`retry-later`) when others hold the lock for too long; the signal's reason when aborted.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
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
  const delays = waits();
  for (let waited = 0; waited < patienceMs;) {
    signal?.throwIfAborted();
    const file = await naming('write', path, () => tryToTake(path));
    if (file) return file;
    const delay = delays.next().value;
    await pause(delay, signal);
    waited += delay;
  }
  throw new StoreError('retry-later', `${path}: other writers held the lock for ${patienceMs / 1000} s`);
}

async function tryToTake(path: string): Promise<FileHandle | undefined> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o644);
  let taken = false;
  try {
    taken = tryLock(file.fd);
    return taken ? file : undefined;
  } finally {
    if (!taken) await file.close();
  }
}

/** Milliseconds between two tries, jittered lest waiters march in step, growing to about 50. */
function* waits(): Generator<number, never> {
  for (let longest = 4; ; longest = Math.min(50, longest * 1.5)) yield longest * (0.5 + Math.random() / 2);
}
