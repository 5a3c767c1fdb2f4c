import { setMaxListeners } from 'node:events';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import { createRetry } from '../../src/adapters/aws/retry.ts';
import { retryLostRaces } from '../../src/adapters/back-off.ts';
import type { PullConfig } from '../../src/config/commands.ts';
import type { Slice } from '../../src/domain/slice.ts';
import type { Report } from '../../src/ports.ts';
import { defaultTimeouts } from './client-options.ts';
import { graceAfter, type LedgerOptions, lazyCodec, openLedger } from './ledger.ts';
import { writtenBy } from './package-info.ts';
import { openSources, versions } from './sources.ts';
import type { PullWorld } from '../../src/pull/pull-world.ts';

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
  const ledger = await openLedger(config, options, slices[0]?.region);
  const retry = createRetry({ maxAttempts: config['max-attempts'], signal, now: clock.now, ...backoff });
  const sources = await openSources(config, { timeouts, retry, signal });
  const codec = lazyCodec();
  const grace = graceAfter(signal);
  return {
    store: ledger.open(signal),
    afterFailure: {
      store: ledger.open(grace),
      retryLostRaces: retryLostRaces({ signal: grace, ...backoff }),
    },
    codec,
    lines: gzipLines,
    clock,
    signal,
    report,
    retryLostRaces: retryLostRaces({ signal, ...backoff }),
    openSource: (slice, hooks) =>
      sources.openSource(slice, {
        ...hooks,
        onRequest() {
          hooks.onRequest();
          // The codec is loaded while AWS works on the answer: the first request does not wait for it.
          setImmediate(codec.prepare);
        },
      }),
    writtenBy: writtenBy(),
    versions: versions(),
    close() {
      sources.close();
      ledger.close();
    },
  };
}
