import { randomUUID } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { createAthena } from '../../src/adapters/aws/athena.ts';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import type { QueryConfig } from '../../src/config/commands.ts';
import type { Clock, QueryEngine } from '../../src/ports.ts';
import { sdkRegion } from './sdk-region.ts';
import { clientOptions, defaultTimeouts } from './client-options.ts';

type AthenaConfig = Pick<QueryConfig, 'database' | 'workgroup' | 'output-location' | 'max-attempts'>;

/** Athena in the region the SDK's configuration names. */
export async function openAthena(
  config: AthenaConfig,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<QueryEngine> {
  const client = new AthenaClient({ region: await sdkRegion(), ...clientOptions(defaultTimeouts) });
  const athena = createAthena({
    client,
    database: config.database,
    workgroup: config.workgroup,
    outputLocation: config['output-location'],
    retry: createRetry({ maxAttempts: config['max-attempts'], signal, now: clock.now }),
    newToken: randomUUID,
    signal,
  });
  return { run: (sql) => athena.run(sql), close: () => client.destroy() };
}
