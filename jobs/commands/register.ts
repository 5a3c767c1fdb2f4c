import { GlueClient } from '@aws-sdk/client-glue';
import { createTableSql } from '../../schemas/athena-ddl.ts';
import { createViewSql } from '../../schemas/views/view.ts';
import { views } from '../../schemas/views/views.ts';
import { createGlueCatalog } from '../../src/adapters/aws/glue.ts';
import { createRetry, retryLostRaces } from '../../src/adapters/back-off.ts';
import type { RegisterConfig } from '../../src/config/register-config.ts';
import {
  DATABASE_COMMENT,
  registerLedger,
  type Registration,
  tablesToRegister,
} from '../../src/register/register.ts';
import { openAthena } from '../world/athena.ts';
import { sdkRegion } from '../world/sdk-region.ts';
import { clientOptions, defaultTimeouts } from '../world/client-options.ts';
import { startDeadline } from '../world/deadline.ts';
import { openLedger } from '../world/ledger.ts';
import { openClock, openLog, sayClock } from '../world/log.ts';

/** Registers a ledger as the command line does: with its clock, log and deadline. */
export async function* register(
  config: RegisterConfig,
  interrupted: AbortSignal,
): AsyncIterable<Registration> {
  const clock = openClock(config.now);
  const log = await openLog(config);
  sayClock(config.now, log);
  const deadline = startDeadline(config.deadline, interrupted);
  const { signal } = deadline;
  const ledger = await openLedger(config, { clock, signal });
  const client = new GlueClient({ region: await sdkRegion(), ...clientOptions(defaultTimeouts) });
  const engine = runsSql(config) ? await openAthena(config, { clock, signal }) : undefined;
  if (!engine)
    log.warn('no views: they are made by Athena, so give --workgroup or --output-location as well');
  try {
    yield* registerLedger(
      {
        database: config.database,
        location: locationOf(config),
        firstDay: config['first-day'],
        dryRun: config['dry-run'],
      },
      {
        store: ledger.open(signal),
        catalog: createGlueCatalog({
          client,
          retry: createRetry({ maxAttempts: config['max-attempts'], signal, now: clock.now }),
          signal,
        }),
        engine,
        clock,
        retryLostRaces: retryLostRaces({ signal }),
        warn: (message) => log.warn(message),
      },
    );
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    engine?.close();
    client.destroy();
    ledger.close();
    deadline.cancel();
  }
}

/** All SQL that `register` stands for, to be run by hand. Reads the ledger, changes nothing. */
export async function statements(config: RegisterConfig, interrupted: AbortSignal): Promise<string[]> {
  const clock = openClock(config.now);
  const log = await openLog(config);
  const ledger = await openLedger(config, { clock, signal: interrupted });
  try {
    const world = { store: ledger.open(interrupted), clock, warn: (message: string) => log.warn(message) };
    const tables = await tablesToRegister(world, config['first-day']);
    return [
      `CREATE DATABASE IF NOT EXISTS ${config.database} COMMENT '${DATABASE_COMMENT}'`,
      ...tables.map((table) => createTableSql(table, `${locationOf(config)}/${table.name}`)),
      ...views.map(createViewSql),
    ];
  } finally {
    ledger.close();
  }
}

function runsSql(config: RegisterConfig): boolean {
  return config.workgroup !== undefined || config['output-location'] !== undefined;
}

function locationOf({ ledger: { bucket, prefix } }: RegisterConfig): string {
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}
