import type { Slice } from '../domain/slice.ts';
import type { RequestHooks } from '../ports.ts';
import { type Reading, readSlice } from '../read/read-slice.ts';
import type { DoctorWorld } from './checks.ts';

/** Nobody counts the requests of a look. */
export const silent: RequestHooks = { onRequest: () => undefined, onRetry: () => undefined };

/** Reads a slice as a pull does, keeps no pages, and stops at nothing that is wrong with its rows. */
export function readSummaries(
  slice: Slice,
  { openSource, maxPages, clock, signal }: Pick<DoctorWorld, 'openSource' | 'maxPages' | 'clock' | 'signal'>,
  onRestart: () => void = () => undefined,
): Promise<Reading> {
  return readSlice({
    slice,
    source: openSource(slice, silent),
    maxPages,
    // Every one of them is worth knowing, none is a reason to stop looking.
    maxRejects: Number.MAX_SAFE_INTEGER,
    clock,
    signal,
    onAttempt: () => undefined,
    onPage: () => undefined,
    onRestart,
  });
}
