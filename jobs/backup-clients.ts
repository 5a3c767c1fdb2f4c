import { BackupClient } from '@aws-sdk/client-backup';
import { LedgerError } from '../src/errors.ts';
import { clientOptions, type Timeouts } from './client-options.ts';

/** The region AWS's own configuration names (environment, profile). Throws `LedgerError` when there is none. */
export async function sdkRegion(): Promise<string> {
  const client = new BackupClient({});
  try {
    return await client.config.region();
  } catch (cause) {
    throw new LedgerError(
      'fix-config',
      'no AWS Region: give --region, or set AWS_REGION or a profile with a region',
      {
        cause,
      },
    );
  } finally {
    client.destroy();
  }
}

export interface BackupClients {
  in(region: string): BackupClient;
  close(): void;
}

/** One client per region, made when first asked for. */
export function backupClients(timeouts: Timeouts): BackupClients {
  const clients = new Map<string, BackupClient>();
  return {
    in(region) {
      const client = clients.get(region) ?? new BackupClient({ region, ...clientOptions(timeouts) });
      clients.set(region, client);
      return client;
    },
    close: () => clients.forEach((client) => client.destroy()),
  };
}
