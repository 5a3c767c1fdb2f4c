import { setMaxListeners } from 'node:events';
import type { LedgerConfig } from '../../src/config/ledger-config.ts';
import { DeadlineError } from '../../src/errors.ts';
import type { ObjectStore } from '../../src/ports.ts';
import { systemClock } from '../world/clock.ts';
import { openLedger } from '../world/ledger.ts';
import type { FunctionWorld } from './function-world.ts';

/** Uses the place beside the ledger in which the steps of a run leave things for each other. */
export async function withWork<T>(
  place: LedgerConfig,
  { timeLeft }: FunctionWorld,
  use: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(Math.max(0, timeLeft));
  // Every request listens to it: Node warns of eleven.
  setMaxListeners(0, signal);
  const opened = await openLedger(place, { clock: systemClock, signal });
  try {
    return await use(opened.open(signal));
  } catch (error) {
    throw signal.aborted ? new DeadlineError(timeLeft / 1000) : error;
  } finally {
    opened.close();
  }
}
