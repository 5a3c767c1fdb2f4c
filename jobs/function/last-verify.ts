import { DAY_MS } from '../../src/domain/day.ts';
import { readJson, replace } from '../../src/fan-out/run-store.ts';
import type { ObjectStore } from '../../src/ports.ts';

/** When the ledger was last read back, as a file beside it: a metric can only be missed for a week. */

const KEY = 'last-verify.json';

interface LastVerify {
  /** ISO 8601; of the first run where nothing was verified yet. */
  readonly since: string;
  readonly outcome: string;
}

export function writeLastVerify(store: ObjectStore, now: number, outcome: string): Promise<void> {
  return replace(store, KEY, { since: new Date(now).toISOString(), outcome } satisfies LastVerify);
}

/** In days and parts of them. A ledger that was never verified counts from the first time it is asked. */
export async function daysUnverified(store: ObjectStore, now: number): Promise<number> {
  const last = await readJson<LastVerify>(store, KEY);
  if (last) return Math.max(0, now - Date.parse(last.since)) / DAY_MS;
  await writeLastVerify(store, now, 'never');
  return 0;
}
