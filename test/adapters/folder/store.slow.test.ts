import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileStore, type FileStoreOptions } from '../../../src/adapters/folder/store.ts';
import { naming } from '../../../src/adapters/folder/errors.ts';
import { withLock } from '../../../src/adapters/folder/lock.ts';
import { InterruptedError, StoreError } from '../../../src/errors.ts';
import { bytes, describeObjectStore, text } from '../object-store.contract.ts';
import { compareAndSwap, listAll } from '../object-store.contract-work.ts';

const ifAbsent = { ifAbsent: true } as const;
let base: string;
let root: string;
let children: ChildProcess[];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'file-store-'));
  root = join(base, 'ledger');
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(base, { recursive: true, force: true });
});

function aStore(options: Partial<FileStoreOptions> = {}) {
  return createFileStore({ root, ...options });
}

function aProcess(task: string): ChildProcess & { readonly lines: AsyncIterator<string> } {
  const script = fileURLToPath(new URL('worker.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, task, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return Object.assign(child, { lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() });
}

async function failureOf(promise: Promise<unknown>): Promise<StoreError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

describeObjectStore('a folder', () => Promise.resolve(() => aStore()));

describe('a folder on disk', () => {
  it('is not made by reading', async () => {
    expect(await aStore().get('key')).toBeUndefined();
    expect(await listAll(aStore())).toEqual([]);
    expect(await readdir(base)).toEqual([]);
  });

  it('is made by the first write, parents and all', async () => {
    root = join(base, 'some', 'where', 'deep');
    await aStore().put('a/b', bytes('x'), ifAbsent);
    expect(text((await aStore().get('a/b'))?.bytes)).toBe('x');
  });

  it('holds the objects as plain files, and nothing else that is listed', async () => {
    await aStore().put('a/b.txt', bytes('x'), ifAbsent);
    expect(await readdir(root, { recursive: true })).toEqual(
      expect.arrayContaining(['a', 'a/b.txt', '.lock']),
    );
    expect(await listAll(aStore())).toEqual([{ key: 'a/b.txt', size: 1 }]);
  });

  it('has files that all may read, subject to the umask', async () => {
    const umask = process.umask();
    await aStore().put('a/b', bytes('x'), ifAbsent);
    expect((await stat(join(root, 'a/b'))).mode & 0o777).toBe(0o644 & ~umask);
    expect((await stat(join(root, 'a'))).mode & 0o777).toBe(0o755 & ~umask);
  });

  it('reads no folder that can hold nothing of what is listed', async () => {
    for (const key of ['a/1', 'b/1', 'c/1']) await aStore().put(key, bytes('x'), ifAbsent);
    await rm(join(root, 'a'), { recursive: true });
    await symlink('/nowhere', join(root, 'a'));
    expect(await listAll(aStore(), 'b/')).toHaveLength(1);
    expect(await listAll(aStore(), '', 'b/')).toHaveLength(2);
  });
});

describe('several processes', () => {
  it('lose none of the increments they make at once', async () => {
    const workers = Array.from({ length: 5 }, () => aProcess('increment'));
    const exits = await Promise.all(workers.map((worker) => once(worker, 'exit')));
    expect(exits.map(([code]) => code as number)).toEqual([0, 0, 0, 0, 0]);
    expect(text((await aStore().get('counter'))?.bytes)).toBe('125');
  });

  it('wait while one of them holds the lock, and go on once it is killed', async () => {
    await aStore().put('first', bytes('x'), ifAbsent);
    const holder = aProcess('hold');
    await holder.lines.next();
    let written = false;
    const writing = aStore()
      .put('second', bytes('x'), ifAbsent)
      .then(() => (written = true));
    await sleep(300);
    expect(written).toBe(false);
    holder.kill('SIGKILL');
    await writing;
    expect(await listAll(aStore())).toHaveLength(2);
  });

  it('leave whole objects when killed in the middle of writing, and the next write goes through', async () => {
    for (let round = 0; round < 3; round++) {
      const writer = aProcess('rewrite');
      await writer.lines.next();
      await sleep(20 + 17 * round);
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const content = text((await aStore().get('folder/big'))?.bytes);
      expect(content).toHaveLength(4_000_000);
      expect(new Set(content).size).toBe(1);
      expect(await listAll(aStore())).toEqual([{ key: 'folder/big', size: 4_000_000 }]);
    }
    await compareAndSwap(aStore(), 'folder/big', () => 'small');
    expect((await readdir(root)).toSorted()).toEqual(['.lock', 'folder']);
  });

  it('of one process write side by side, but never to the same key', async () => {
    const store = aStore();
    const keys = Array.from({ length: 20 }, (_, i) => `folder-${i % 4}/${i}`);
    const put = async (key: string, content: string) => ({
      key,
      content,
      ...(await store.put(key, bytes(content), ifAbsent)),
    });
    const puts = await Promise.all(
      keys.flatMap((key) => ['a', 'b', 'c'].map((content) => put(key, content))),
    );
    const winners = puts.filter(({ written }) => written);
    expect(winners.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
    for (const { key, content } of winners) expect(text((await store.get(key))?.bytes)).toBe(content);
    expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual(['.lock']);
  });

  it('all fail when the lock cannot be taken', async () => {
    await mkdir(root);
    await withLock(join(root, '.lock'), { patienceMs: 100 }, async () => {
      const store = aStore({ patienceMs: 100 });
      const errors = await Promise.all(
        ['a', 'b', 'a'].map((key) => failureOf(store.put(key, bytes('x'), ifAbsent))),
      );
      expect(errors.map(({ recovery }) => recovery)).toEqual(['retry-later', 'retry-later', 'retry-later']);
    });
  });
});

describe('the lock', () => {
  it('keeps out other writers of the same process', async () => {
    await mkdir(root);
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(2);
      inside--;
    };
    const lock = join(root, '.lock');
    await Promise.all(Array.from({ length: 10 }, () => withLock(lock, { patienceMs: 10_000 }, work)));
    expect(most).toBe(1);
  });

  it('is waited for with patience, not for ever', async () => {
    await mkdir(root);
    await withLock(join(root, '.lock'), { patienceMs: 100 }, async () => {
      const error = await failureOf(aStore({ patienceMs: 200 }).put('key', bytes('x'), ifAbsent));
      expect(error.recovery).toBe('retry-later');
      expect(error.message).toContain('other writers held the lock');
    });
    expect(await aStore().put('key', bytes('x'), ifAbsent)).toMatchObject({ written: true });
  });

  it('is waited for no longer once the signal is aborted', async () => {
    await mkdir(root);
    const abort = new AbortController();
    const reason = new InterruptedError('SIGTERM');
    await withLock(join(root, '.lock'), { patienceMs: 100 }, async () => {
      setTimeout(() => abort.abort(reason), 50);
      await expect(aStore({ signal: abort.signal }).put('key', bytes('x'), ifAbsent)).rejects.toBe(reason);
    });
  });

  it('is free again after work that failed', async () => {
    await mkdir(root);
    const lock = join(root, '.lock');
    const failing = withLock(lock, { patienceMs: 100 }, () => Promise.reject(new Error('work failed')));
    await expect(failing).rejects.toThrow('work failed');
    await withLock(lock, { patienceMs: 0.1 }, () => Promise.resolve());
  });
});

describe('an aborted signal', () => {
  it('ends every kind of call with its reason', async () => {
    await aStore().put('key', bytes('x'), ifAbsent);
    const reason = new InterruptedError('SIGINT');
    const store = aStore({ signal: AbortSignal.abort(reason) });
    await expect(store.get('key')).rejects.toBe(reason);
    await expect(store.range('key', 0, 1)).rejects.toBe(reason);
    await expect(store.put('other', bytes('x'), ifAbsent)).rejects.toBe(reason);
    await expect(listAll(store)).rejects.toBe(reason);
  });
});

describe('a leftover staging file', () => {
  it.each([
    ['.staging', 0o644],
    ['.staging', 0o000],
  ])('%s of mode %o is cleared away by the next write', async (name, mode) => {
    await mkdir(root);
    await writeFile(join(root, name), 'half an obj');
    await chmod(join(root, name), mode);
    expect(await listAll(aStore())).toEqual([]);
    await aStore().put('key', bytes('whole'), ifAbsent);
    expect(text((await aStore().get('key'))?.bytes)).toBe('whole');
    expect(await readdir(root)).toEqual(['.lock', 'key']);
  });

  it('that is a link does not lead the write elsewhere', async () => {
    await mkdir(root);
    await writeFile(join(base, 'outside'), 'precious');
    await symlink(join(base, 'outside'), join(root, '.staging'));
    await aStore().put('key', bytes('x'), ifAbsent);
    expect(text((await createFileStore({ root: base }).get('outside'))?.bytes)).toBe('precious');
  });
});

describe('keys that could leave the root', () => {
  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/./b',
    'a//b',
    'a/',
    'a\\b',
    'a\0b',
    '.lock',
    '.staging',
  ])('%j is refused', async (key) => {
    expect((await failureOf(aStore().get(key))).recovery).toBe('report-bug');
    expect((await failureOf(aStore().range(key, 0, 1))).recovery).toBe('report-bug');
    expect((await failureOf(aStore().put(key, bytes('x'), ifAbsent))).recovery).toBe('report-bug');
  });

  it('a linked folder is refused, and nothing is written behind it', async () => {
    await mkdir(join(base, 'outside'));
    await mkdir(root);
    await symlink(join(base, 'outside'), join(root, 'out'));
    for (const key of ['out/x', 'out/deeper/x']) {
      expect((await failureOf(aStore().get(key))).message).toContain('is a symbolic link');
      expect((await failureOf(aStore().put(key, bytes('x'), ifAbsent))).recovery).toBe('fix-data');
    }
    await failureOf(listAll(aStore()));
    expect(await readdir(join(base, 'outside'))).toEqual([]);
  });

  it('a linked file is refused', async () => {
    await mkdir(root);
    await writeFile(join(base, 'outside'), 'precious');
    await symlink(join(base, 'outside'), join(root, 'key'));
    expect((await failureOf(aStore().get('key'))).recovery).toBe('fix-data');
    expect((await failureOf(aStore().put('key', bytes('x'), ifAbsent))).recovery).toBe('fix-data');
  });

  it('a root that is itself a link is the user’s choice', async () => {
    await mkdir(join(base, 'elsewhere'));
    await symlink(join(base, 'elsewhere'), root);
    await aStore().put('a/b', bytes('x'), ifAbsent);
    expect(await listAll(aStore())).toHaveLength(1);
  });
});

describe('a file system in the way', () => {
  it('a folder where an object should be is damaged data', async () => {
    await mkdir(join(root, 'key'), { recursive: true });
    for (const call of [() => aStore().get('key'), () => aStore().put('key', bytes('x'), ifAbsent)]) {
      const error = await failureOf(call());
      expect(error.recovery).toBe('fix-data');
      expect(error.message).toContain(join(root, 'key'));
    }
  });

  it('a file where a folder should be is the configuration', async () => {
    await aStore().put('a', bytes('x'), ifAbsent);
    expect((await failureOf(aStore().get('a/b'))).recovery).toBe('fix-config');
    expect((await failureOf(aStore().put('a/b', bytes('x'), ifAbsent))).recovery).toBe('fix-config');
  });

  it('a root that is a file is the configuration', async () => {
    await writeFile(root, '');
    for (const call of [
      () => aStore().get('key'),
      () => aStore().put('key', bytes('x'), ifAbsent),
      () => listAll(aStore()),
    ]) {
      const error = await failureOf(call());
      expect(error.recovery).toBe('fix-config');
      expect(error.message).toContain(root);
    }
  });

  it('a name that is too long is the configuration', async () => {
    const error = await failureOf(aStore().put('x'.repeat(300), bytes('x'), ifAbsent));
    expect(error.recovery).toBe('fix-config');
  });

  it('a named pipe does not stop the reader for ever', async () => {
    await mkdir(root);
    const [code] = (await once(spawn('mkfifo', [join(root, 'pipe')]), 'exit')) as [number];
    expect(code).toBe(0);
    expect((await failureOf(aStore().get('pipe'))).recovery).toBe('fix-data');
    expect(await listAll(aStore())).toEqual([]);
  });

  it('missing permissions are the configuration, and are named', async () => {
    await aStore().put('folder/key', bytes('x'), ifAbsent);
    await chmod(base, 0o755);
    await chmod(join(root, 'folder'), 0o000);
    const worker = aProcess('asNobody');
    for (const action of ['read', 'list', 'write']) {
      const line = String((await worker.lines.next()).value);
      expect(line).toMatch(
        new RegExp(`^StoreError fix-config cannot ${action} ${root}.*: permission denied`),
      );
    }
  });

  it.each([
    ['ENOSPC', 'retry-later', 'no space is left on the disk'],
    ['EROFS', 'fix-config', 'the file system is read-only'],
    ['EXDEV', 'fix-config', 'the ledger must lie on one file system'],
    ['EUNHEARDOF', 'report-bug', 'something new'],
  ])('%s is %s', async (code, recovery, reason) => {
    const cause = Object.assign(new Error('something new'), { code });
    const error = await failureOf(naming('write', '/ledger/key', () => Promise.reject(cause)));
    expect(error).toMatchObject({
      recovery,
      cause,
      message: `cannot write /ledger/key: ${reason} (${code})`,
    });
  });
});

describe('a place where no ledger can be', () => {
  it('because nobody may make a folder there is said at once', async () => {
    const store = createFileStore({ root: '/proc/backup-ledger' });
    await expect(store.put('a', new Uint8Array(1), { ifAbsent: true })).rejects.toMatchObject({
      recovery: 'fix-config',
      message: expect.stringContaining('cannot write /proc/backup-ledger/a: ') as string,
    });
  });

  it('because it is a link to nowhere is said as such', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backup-ledger-link-'));
    await symlink(join(folder, 'nowhere'), join(folder, 'link'));
    const store = createFileStore({ root: join(folder, 'link') });
    await expect(store.put('a', new Uint8Array(1), { ifAbsent: true })).rejects.toMatchObject({
      recovery: 'fix-config',
      message: expect.stringContaining('is a link to a place that is not there') as string,
    });
  });
});
