import { STSClient } from '@aws-sdk/client-sts';
import { assumeRole } from '../../src/adapters/aws/sts.ts';
import type { RoleCredentials } from '../../src/ports.ts';
import { clientOptions, type Timeouts } from './client-options.ts';

export interface Roles {
  /** Credentials of a role, got when first asked for. `region` is where STS is asked. */
  credentialsOf(role: string, region: string): () => Promise<RoleCredentials>;
  close(): void;
}

export function openRoles(timeouts: Timeouts, signal: AbortSignal): Roles {
  let client: STSClient | undefined;
  return {
    credentialsOf(role, region) {
      client ??= new STSClient({ region, ...clientOptions(timeouts) });
      return assumeRole(client, role, signal);
    },
    close: () => client?.destroy(),
  };
}
