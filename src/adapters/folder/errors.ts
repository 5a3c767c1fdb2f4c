import { LedgerError, type Recovery, StoreError } from '../../errors.ts';

/** errno → who acts, and the reason in plain words. One that is left out is a bug. */
const reasons: Readonly<Record<string, readonly [Recovery, string]>> = {
  ENOENT: ['fix-config', 'nothing can be made there'],
  EACCES: ['fix-config', 'permission denied'],
  EPERM: ['fix-config', 'permission denied'],
  EROFS: ['fix-config', 'the file system is read-only'],
  ENOTDIR: ['fix-config', 'a file stands where a folder should be'],
  EEXIST: ['fix-config', 'a file stands where a folder should be'],
  ELOOP: ['fix-config', 'a link on the way leads to itself'],
  ENAMETOOLONG: ['fix-config', 'the path is too long'],
  EFBIG: ['fix-config', 'the file system does not hold files of this size'],
  EXDEV: ['fix-config', 'the ledger must lie on one file system'],
  ENOLCK: ['fix-config', 'the file system has no locks'],
  ENOSYS: ['fix-config', 'the file system has no locks'],
  ENOTSUP: ['fix-config', 'the file system has no locks'],
  EOPNOTSUPP: ['fix-config', 'the file system has no locks'],
  EISDIR: ['fix-data', 'a folder stands where a file should be'],
  ENOSPC: ['retry-later', 'no space is left on the disk'],
  EDQUOT: ['retry-later', 'the disk quota is used up'],
  EIO: ['retry-later', 'the disk failed'],
  EMFILE: ['retry-later', 'too many files are open'],
  ENFILE: ['retry-later', 'too many files are open'],
  ENOMEM: ['retry-later', 'memory is used up'],
  EBUSY: ['retry-later', 'the file is in use'],
  ETIMEDOUT: ['retry-later', 'the file server does not answer'],
  ESTALE: ['retry-later', 'the file server has lost the file'],
};

/** Runs file operations; what they throw becomes a {@link StoreError} naming the path. */
export async function naming<T>(
  action: 'read' | 'write' | 'list',
  path: string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof LedgerError ? error : asStoreError(action, path, error);
  }
}

function asStoreError(action: string, path: string, error: unknown): unknown {
  const code = errnoOf(error);
  if (!code) return error;
  const [recovery, reason] = reasons[code] ?? ['report-bug', (error as Error).message];
  return new StoreError(recovery, `cannot ${action} ${path}: ${reason} (${code})`, { cause: error });
}

/** The name of a failed system call's errno, such as ENOENT; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** For operations whose target may be absent: undefined instead of ENOENT. */
export async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
