import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { type MemberAccount, memberAccounts } from '../../src/adapters/aws/organizations.ts';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import { clientOptions, defaultTimeouts } from './client-options.ts';
import { FIRST_REGION, sdkRegion } from './sdk-region.ts';
import type { Session } from './session.ts';

/** The accounts of the caller's organisation. */
export async function organizationAccounts(
  maxAttempts: number,
  { clock, signal }: Pick<Session, 'clock' | 'signal'>,
): Promise<MemberAccount[]> {
  const region = await sdkRegion().catch(() => FIRST_REGION);
  const client = new OrganizationsClient({ region, ...clientOptions(defaultTimeouts) });
  const retry = createRetry({ maxAttempts, signal, now: clock.now });
  return memberAccounts({ client, retry, signal }).finally(() => client.destroy());
}
