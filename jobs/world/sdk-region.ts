import { BackupClient } from '@aws-sdk/client-backup';
import { redactedMessage } from '../../src/adapters/aws/redact.ts';
import { region as asRegion } from '../../src/config/values.ts';
import { show } from '../../src/domain/show.ts';
import { LedgerError } from '../../src/errors.ts';
import { silenceSdkNotices } from './sdk-notices.ts';

/** Where AWS is asked what is no region's own, when no configuration names a region. */
export const FIRST_REGION = 'us-east-1';

/** The region AWS's own configuration names (environment, profile). Throws `LedgerError` when there is none, or it is none. */
export async function sdkRegion(): Promise<string> {
  const found = await configuredRegion();
  const judged = asRegion(found);
  if ('value' in judged) return judged.value;
  throw new LedgerError(
    'fix-config',
    `the AWS Region of the environment or profile: expected ${judged.expected}, got ${show(found)}`,
  );
}

async function configuredRegion(): Promise<string> {
  silenceSdkNotices();
  const client = new BackupClient({});
  try {
    return await client.config.region();
  } catch (cause) {
    // The SDK says which it does not accept, and of none only that it is missing.
    const said = redactedMessage(cause);
    const isNamed = said.startsWith('Region not accepted') && !said.includes('region=""');
    const message = isNamed
      ? `the AWS Region of the environment or profile cannot be one: ${said}`
      : 'no AWS Region: give --region, or set AWS_REGION or a profile with a region';
    throw new LedgerError('fix-config', message, { cause });
  } finally {
    client.destroy();
  }
}
