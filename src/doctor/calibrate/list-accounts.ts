import { ANY } from '../../../schemas/kinds.ts';
import type { EpochMs } from '../../../schemas/columns.ts';
import type { Slice } from '../../domain/slice.ts';
import { RequestError } from '../../errors.ts';
import type { DoctorWorld } from '../checks.ts';
import { silent } from '../read-summaries.ts';
import { type JobList, listJobs } from './list-jobs.ts';

/** All accounts that the caller may see. Source: `ByAccountId` in the AWS Backup API reference. */
const ALL_ACCOUNTS = '*';

export interface AccountsList extends JobList {
  /** Whose jobs they are: those of the accounts asked for, or of the caller's own, where others' are refused. */
  readonly accounts: 'asked' | 'own';
}

/**
 * Lists the jobs of a slice's accounts. Where those of all accounts are refused, the caller's own tell whether it is the right
 * that lacks. Throws what `listJobs` throws.
 */
export async function listAccounts(
  slice: Slice,
  world: Pick<DoctorWorld, 'openJobs' | 'maxPages'>,
  before: EpochMs,
): Promise<AccountsList> {
  const asked = slice.filters.AccountId === ANY ? ALL_ACCOUNTS : slice.filters.AccountId;
  const list = (account: string | undefined) =>
    listJobs(slice.kind, world.openJobs(slice, { account, before }, silent), world);
  try {
    return { ...(await list(asked)), accounts: 'asked' };
  } catch (error) {
    const isRefused = error instanceof RequestError && error.recovery !== 'retry-later';
    if (!isRefused || asked !== ALL_ACCOUNTS) throw error;
    return { ...(await list(undefined)), accounts: 'own' };
  }
}
