import type { PullConfig } from '../../src/config/commands.ts';
import { ALL_REGIONS } from '../../src/config/values.ts';
import { sdkRegion } from './sdk-region.ts';

/** The regions to ask: those configured, the SDK's own, or all that the caller's account has enabled. */
export async function findRegions(
  { regions, 'max-attempts': maxAttempts }: Pick<PullConfig, 'regions' | 'max-attempts'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (regions === ALL_REGIONS) return (await import('./all-regions.ts')).allRegions(maxAttempts, signal);
  return regions.length > 0 ? regions : [await sdkRegion()];
}
