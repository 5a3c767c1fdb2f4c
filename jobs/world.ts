import { setMaxListeners } from 'node:events';
import { createSummarySource } from '../src/adapters/aws-backup.ts';
import { gzipLines } from '../src/adapters/gzip-lines.ts';
import { createRetry, retryLostRaces } from '../src/adapters/retry.ts';
import type { PullConfig } from '../src/config/pull-config.ts';
import type { Slice } from '../src/domain/slice.ts';
import type { Report } from '../src/ports.ts';
import type { PullWorld } from '../src/pull.ts';
import { backupClients } from './backup-clients.ts';
import { defaultTimeouts } from './client-options.ts';
import { graceAfter, type LedgerOptions, loadCodec, openLedger } from './ledger.ts';
import { installedVersion, packageInfo } from './package-info.ts';
import { regionPaces } from './paces.ts';

/** What sends the requests and hands the pages on. */
const BACKUP_SDK = '@aws-sdk/client-backup';

export interface WorldOptions extends LedgerOptions {
  readonly report: Report;
}

export interface OpenWorld extends PullWorld {
  close(): void;
}

/** Makes the clients and adapters a pull of these slices works with. */
export async function openWorld(
  config: PullConfig,
  slices: readonly Slice[],
  options: WorldOptions,
): Promise<OpenWorld> {
  const { clock, signal, report, timeouts = defaultTimeouts, backoff = {} } = options;
  // One signal serves every request in flight; Node would take so many listeners for a leak.
  setMaxListeners(0, signal);
  const { roleOf } = config;
  const roles = config['assume-role']
    ? (await import('./role-credentials.ts')).openRoles(timeouts, signal)
    : undefined;
  const clients = backupClients({ timeouts, roleOf, roles });
  const ledger = await openLedger(config, options, slices[0]?.region);
  const retry = createRetry({ maxAttempts: config['max-attempts'], signal, now: clock.now, ...backoff });
  const paceOf = regionPaces(config['max-rate'], signal);
  const { name, version } = packageInfo();
  return {
    store: ledger.open(signal),
    storeForFailures: ledger.open(graceAfter(signal)),
    codec: loadCodec(),
    lines: gzipLines,
    clock,
    signal,
    report,
    retryLostRaces: retryLostRaces({ signal, ...backoff }),
    openSource: (slice, hooks) =>
      createSummarySource({
        client: clients.for(slice),
        slice,
        pageSize: config['page-size'],
        retry,
        signal,
        pace: paceOf(slice.region),
        hooks,
      }),
    writtenBy: `${name} ${version}`,
    versions: { [name]: version, [BACKUP_SDK]: installedVersion(BACKUP_SDK), node: process.version },
    close() {
      clients.close();
      roles?.close();
      ledger.close();
    },
  };
}
