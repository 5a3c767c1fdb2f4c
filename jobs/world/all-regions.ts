import { AccountClient } from '@aws-sdk/client-account';
import { enabledRegions } from '../../src/adapters/aws/regions.ts';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import { clientOptions, defaultTimeouts } from './client-options.ts';
import { systemClock } from './clock.ts';
import { FIRST_REGION, sdkRegion } from './sdk-region.ts';

/** All regions the caller's account has enabled. */
export async function allRegions(maxAttempts: number, signal: AbortSignal): Promise<string[]> {
  const region = await sdkRegion().catch(() => FIRST_REGION);
  const client = new AccountClient({ region, ...clientOptions(defaultTimeouts) });
  const retry = createRetry({ maxAttempts, signal, now: systemClock.now });
  return enabledRegions({ client, retry, signal }).finally(() => client.destroy());
}
