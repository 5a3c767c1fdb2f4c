import { join } from 'node:path';
import { createFileStore } from '../../../src/adapters/folder/store.ts';
import { withLock } from '../../../src/adapters/folder/lock.ts';
import { LedgerError } from '../../../src/errors.ts';
import type { ObjectStore } from '../../../src/ports.ts';
import { compareAndSwap, listAll } from '../object-store.contract-work.ts';

/** What another process does to a ledger: `worker.ts <task> <root>`. */
const tasks: Readonly<Record<string, (root: string, store: ObjectStore) => Promise<void>>> = {
  async increment(_, store) {
    for (let round = 0; round < 25; round++) {
      await compareAndSwap(store, 'counter', (text) => String(Number(text) + 1));
    }
  },
  async hold(root) {
    await withLock(join(root, '.lock'), { patienceMs: 1000 }, () => {
      say('holding');
      return new Promise((resolve) => setTimeout(resolve, 600_000));
    });
  },
  async rewrite(_, store) {
    for (let round = 0; ; round++) {
      await compareAndSwap(store, 'folder/big', () => `${round % 10}`.repeat(4_000_000));
      if (round === 0) say('writing');
    }
  },
  /** Whom file permissions bind, which root they do not. */
  async asNobody(_, store) {
    process.setegid?.(65_534);
    process.seteuid?.(65_534);
    await tell(() => store.get('folder/key'));
    await tell(() => listAll(store, ''));
    await tell(() => store.put('other', new Uint8Array(), { ifAbsent: true }));
  },
};

async function tell(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    say('done');
  } catch (error) {
    say(error instanceof LedgerError ? `${error.name} ${error.recovery} ${error.message}` : String(error));
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const [task = '', root = ''] = process.argv.slice(2);
await tasks[task]?.(root, createFileStore({ root }));
