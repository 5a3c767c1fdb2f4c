import type { Calibration } from '../../schemas/calibration.ts';
import type { Check, Observation } from '../../schemas/doctor-result.ts';
import type { Slice } from '../domain/slice.ts';
import {
  asLedgerError,
  GIVE_CREDENTIALS,
  IS_REGION_RIGHT,
  type LedgerError,
  type Recovery,
} from '../errors.ts';
import type {
  Caller,
  Catalog,
  Clock,
  InspectedStore,
  JobListRequest,
  PageSource,
  QueryEngine,
  RequestHooks,
  SummarySource,
  TrustedServices,
} from '../ports.ts';

/** What is looked at. What is left out is not there to be looked at: a local ledger has no catalog. */
export interface DoctorWorld {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly node: { readonly version: string; readonly wanted: string; readonly isRecent: boolean };
  readonly identify: () => Promise<Caller>;
  readonly findSlices: () => Promise<readonly Slice[]>;
  readonly openSource: (slice: Slice, hooks: RequestHooks) => SummarySource;
  readonly openJobs: (slice: Slice, request: JobListRequest, hooks: RequestHooks) => PageSource;
  readonly trustedServices: () => Promise<TrustedServices>;
  readonly maxPages: number;
  readonly concurrency: number;
  /** Undefined when there is no ledger yet, and none is needed. */
  readonly store: () => Promise<InspectedStore | undefined>;
  readonly isOnS3: boolean;
  readonly bucketOwner: string | undefined;
  readonly kmsKey: string | undefined;
  readonly catalog?: { readonly open: () => Promise<Catalog>; readonly database: string };
  readonly engine?: () => Promise<QueryEngine>;
}

/** What one look found: its checks, what AWS does not document, and how it counts. */
export type Finding =
  { readonly check: Check } | { readonly observation: Observation } | { readonly calibration: Calibration };

export const ok = (name: string, message: string): Check => ({ name, status: 'ok', message, fix: null });
export const warning = (name: string, message: string, fix: string): Check => ({
  name,
  status: 'warning',
  message,
  fix,
});

/** `fix` is for what the caller may not, or is set wrongly. */
export function failed(name: string, { message, recovery }: LedgerError, fix: string): Check {
  return { name, status: 'failed', message, fix: fixOf(message, recovery) ?? fix, recovery };
}

function fixOf(message: string, recovery: Recovery): string | undefined {
  if (recovery === 'retry-later') return 'check the network, proxies and the endpoint, and try again later';
  if (message.includes(IS_REGION_RIGHT)) return 'correct --region, AWS_REGION or the region of the profile';
  return message.includes(GIVE_CREDENTIALS) ? GIVE_CREDENTIALS : undefined;
}

/** Runs a look; what it throws is a failed check. */
export async function look(
  world: DoctorWorld,
  { name, fix }: { readonly name: string; readonly fix: string },
  work: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await work();
  } catch (thrown) {
    return [failed(name, asLedgerError(world.signal.aborted ? world.signal.reason : thrown), fix)];
  }
}
