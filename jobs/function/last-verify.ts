import { DAY_MS } from '../../src/domain/day.ts';
import { change, readJson } from '../../src/fan-out/run-store.ts';
import { isRecord } from '../../src/fan-out/shapes.ts';
import type { ObjectStore } from '../../src/ports.ts';

/**
 * What the last verifications found, as a file beside the ledger: a metric can only be missed for a week, and one that read the
 * last days alone must not take back what one of all days found.
 */

const KEY = 'last-verify.json';

/** Days that a verification reads: those since some day, or all. */
export type VerifyScope = 'recent' | 'full';

interface LastVerify {
  /** ISO 8601: when it ended, or where none has, when this was first asked. */
  readonly at: string;
  readonly errors: number;
  /** ISO 8601: when one began that has not ended. */
  readonly open: string | null;
}

type LastVerifies = Readonly<Record<VerifyScope, LastVerify>>;

/** What there is to say of a verification that ended, the last full one among it. */
export interface VerifyCounts {
  readonly VerifyErrors: number;
  readonly FailedVerifications: 0 | 1;
}

/** The state machine ends one after two hours. */
const LONGEST_MS = 3 * 3_600_000;

/** Said before it reads: one that is cut off cannot say so afterwards. */
export async function beginVerify(store: ObjectStore, scope: VerifyScope, now: number): Promise<void> {
  await change(store, KEY, (found) => {
    const last = lastIn(found, now);
    return { ...last, [scope]: { ...last[scope], open: isoOf(now) } };
  });
}

export async function endVerify(
  store: ObjectStore,
  { scope, errors, now }: { readonly scope: VerifyScope; readonly errors: number; readonly now: number },
): Promise<VerifyCounts> {
  const ended: LastVerify = { at: isoOf(now), errors, open: null };
  // Whoever reads all reads the last days, too.
  const { full } = await change(store, KEY, (found) => ({
    recent: ended,
    full: scope === 'full' ? ended : lastIn(found, now).full,
  }));
  const isBroken = full.open !== null && now - Date.parse(full.open) > LONGEST_MS;
  return { VerifyErrors: Math.max(errors, full.errors), FailedVerifications: isBroken ? 1 : 0 };
}

/** In days and parts of them. What was never verified counts from the first time it is asked. */
export async function daysUnverified(
  store: ObjectStore,
  now: number,
): Promise<Readonly<Record<'DaysSinceVerified' | 'DaysSinceFullyVerified', number>>> {
  const stored = await readJson<unknown>(store, KEY);
  const { recent, full } = isKnown(stored) ? stored : await change(store, KEY, (found) => lastIn(found, now));
  const daysSince = ({ at }: LastVerify) => Math.max(0, now - Date.parse(at)) / DAY_MS;
  return { DaysSinceVerified: daysSince(recent), DaysSinceFullyVerified: daysSince(full) };
}

/** A file of another shape, such as an earlier version's, says as little as none. */
function lastIn(found: unknown, now: number): LastVerifies {
  if (isKnown(found)) return found;
  const never: LastVerify = { at: isoOf(now), errors: 0, open: null };
  return { recent: never, full: never };
}

function isKnown(found: unknown): found is LastVerifies {
  return isRecord(found) && isRecord(found['recent']) && isRecord(found['full']);
}

function isoOf(now: number): string {
  return new Date(now).toISOString();
}
