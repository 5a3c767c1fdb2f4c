import { retryLostRaces } from '../../src/adapters/back-off.ts';
import type { ListedObject, ObjectStore, PutResult } from '../../src/ports.ts';

/** Replaces an object's text by what follows from it, trying again while other writers come first. */
export async function compareAndSwap(
  store: ObjectStore,
  key: string,
  next: (text: string) => string,
): Promise<PutResult> {
  return retryLostRaces({ maxAttempts: 500, minDelayMs: 2, maxDelayMs: 100 })(key, async () => {
    const found = await store.get(key);
    const content = new TextEncoder().encode(next(new TextDecoder().decode(found?.bytes)));
    const condition = found ? { ifVersion: found.version } : ({ ifAbsent: true } as const);
    const put = await store.put(key, content, condition);
    return put.written ? put : undefined;
  });
}

export async function listAll(store: ObjectStore, prefix = '', startAfter?: string): Promise<ListedObject[]> {
  const listed: ListedObject[] = [];
  const options = startAfter === undefined ? {} : { startAfter };
  for await (const object of store.list(prefix, options)) listed.push(object);
  return listed;
}
