import { GlueClient } from '@aws-sdk/client-glue';
import { createTableSql } from '../../schemas/athena-ddl.ts';
import { createViewSql } from '../../schemas/views/view.ts';
import { views } from '../../schemas/views/views.ts';
import { createGlueCatalog } from '../../src/adapters/aws/glue.ts';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import { retryLostRaces } from '../../src/adapters/back-off.ts';
import type { RegisterConfig } from '../../src/config/commands.ts';
import { urlOf } from '../../src/config/values.ts';
import type { Registration } from '../../src/domain/registration.ts';
import { DATABASE_COMMENT, registerLedger, tablesToRegister } from '../../src/register/register.ts';
import { openAthena } from '../world/athena.ts';
import { sdkRegion } from '../world/sdk-region.ts';
import { clientOptions, defaultTimeouts } from '../world/client-options.ts';
import { withSession } from '../world/session.ts';

/** Registers a ledger as the command line does; each part is handed on as it is done. */
export function register(
  config: RegisterConfig,
  tell: (registration: Registration) => void,
  interrupted: AbortSignal,
): Promise<void> {
  return withSession(config, interrupted, async ({ clock, log, signal, closing, openLedger }) => {
    const ledger = await openLedger(config);
    const client = new GlueClient({ region: await sdkRegion(), ...clientOptions(defaultTimeouts) });
    closing(() => client.destroy());
    const engine = runsSql(config) ? await openAthena(config, { clock, signal }) : undefined;
    closing(() => engine?.close());
    if (!engine)
      log.warn('views were left out: Athena creates them, so give --workgroup or --output-location as well');
    const retry = createRetry({ maxAttempts: config['max-attempts'], signal, now: clock.now });
    const registrations = registerLedger(optionsOf(config), {
      store: ledger.open(signal),
      catalog: createGlueCatalog({ client, retry, signal }),
      engine,
      clock,
      retryLostRaces: retryLostRaces({ signal }),
      warn: (message) => log.warn(message),
    });
    for await (const registration of registrations) tell(registration);
  });
}

function optionsOf(config: RegisterConfig) {
  return {
    database: config.database,
    location: urlOf(config.ledger),
    firstDay: config['first-day'],
    dryRun: config['dry-run'],
  };
}

/** All SQL that `register` stands for, to be run by hand. Reads the ledger, changes nothing. */
export function statements(config: RegisterConfig, interrupted: AbortSignal): Promise<string[]> {
  return withSession(config, interrupted, async ({ clock, log, signal, openLedger }) => {
    const ledger = await openLedger(config);
    const world = { store: ledger.open(signal), clock, warn: (message: string) => log.warn(message) };
    const tables = await tablesToRegister(world, config['first-day']);
    return [
      `CREATE DATABASE IF NOT EXISTS ${config.database} COMMENT '${DATABASE_COMMENT}'`,
      ...tables.map((table) => createTableSql(table, `${urlOf(config.ledger)}/${table.name}`)),
      ...views.map(createViewSql),
    ];
  });
}

function runsSql(config: RegisterConfig): boolean {
  return config.workgroup !== undefined || config['output-location'] !== undefined;
}
