import { BackupClient } from '@aws-sdk/client-backup';
import { LedgerError } from '../../src/errors.ts';
import { clientOptions, defaultTimeouts } from './client-options.ts';

/** Where AWS is asked what is no region's own, when no configuration names a region. */
export const FIRST_REGION = 'us-east-1';

/** The region AWS's own configuration names (environment, profile). Throws `LedgerError` when there is none. */
export async function sdkRegion(): Promise<string> {
  const client = new BackupClient(clientOptions(defaultTimeouts));
  try {
    return await client.config.region();
  } catch (cause) {
    throw new LedgerError(
      'fix-config',
      'no AWS Region: give --region, or set AWS_REGION or a profile with a region',
      { cause },
    );
  } finally {
    client.destroy();
  }
}
