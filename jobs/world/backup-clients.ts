import { BackupClient } from '@aws-sdk/client-backup';
import type { PullConfig } from '../../src/config/commands.ts';
import type { Slice } from '../../src/domain/slice.ts';
import { clientOptions, type Timeouts } from './client-options.ts';
import type { Roles } from './role-credentials.ts';

export interface BackupClients {
  /** The client that asks for a slice: in its region, as its role. */
  for(slice: Slice): BackupClient;
  close(): void;
}

export interface BackupClientsOptions {
  readonly timeouts: Timeouts;
  readonly roleOf: PullConfig['roleOf'];
  /** Needed where slices have roles. */
  readonly roles: Roles | undefined;
}

/** One client per region and role, made when first asked for. */
export function backupClients({ timeouts, roleOf, roles }: BackupClientsOptions): BackupClients {
  const clients = new Map<string, BackupClient>();
  /** The credentials of each role, which all its regions share. */
  const shared = new Map<string, BackupClient['config']['credentials']>();

  function create(region: string, role: string | undefined): BackupClient {
    const credentials =
      role === undefined ? undefined : (shared.get(role) ?? roles?.credentialsOf(role, region));
    const client = new BackupClient({
      region,
      ...clientOptions(timeouts),
      ...(credentials && { credentials }),
    });
    // What the client makes of them remembers them until they are about to end.
    if (role !== undefined) shared.set(role, client.config.credentials);
    return client;
  }

  return {
    for(slice) {
      const role = roleOf(slice);
      const key = JSON.stringify([slice.region, role]);
      const client = clients.get(key) ?? create(slice.region, role);
      clients.set(key, client);
      return client;
    },
    close: () => clients.forEach((client) => client.destroy()),
  };
}
