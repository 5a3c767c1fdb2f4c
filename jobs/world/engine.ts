import type { QueryConfig } from '../../src/config/commands.ts';
import type { QueryEngine } from '../../src/ports.ts';
import type { Session } from './session.ts';

type EngineConfig = Pick<
  QueryConfig,
  'ledger' | 'database' | 'workgroup' | 'output-location' | 'max-attempts'
>;

/** What answers SQL over a ledger: the embedded engine for a local one, Athena for one on S3. */
export async function openEngine(
  config: EngineConfig,
  { clock, signal }: Pick<Session, 'clock' | 'signal'>,
): Promise<QueryEngine> {
  const { ledger, database } = config;
  if (ledger.type === 's3') return (await import('./athena.ts')).openAthena(config, { clock, signal });
  return (await import('./duckdb.ts')).openLocalEngine(ledger.path, { database, signal });
}
