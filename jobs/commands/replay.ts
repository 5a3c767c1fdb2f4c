import type { ReplayResult } from '../../schemas/replay-result.ts';
import { retryLostRaces } from '../../src/adapters/back-off.ts';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import type { ReplayConfig } from '../../src/config/commands.ts';
import { replayLedger } from '../../src/replay/replay.ts';
import { lazyCodec } from '../world/ledger.ts';
import { writtenBy } from '../world/package-info.ts';
import { withSession } from '../world/session.ts';

/** Replays raw pages as the command line does. */
export function replay(config: ReplayConfig, interrupted: AbortSignal): Promise<ReplayResult> {
  return withSession(config, interrupted, async ({ clock, log, signal, openLedger }) => {
    const source = (await openLedger(config)).open(signal);
    const target = config.into ? (await openLedger({ ...config, ledger: config.into })).open(signal) : source;
    const { kind: kinds, region: regions, exclude, from, to } = config;
    return replayLedger(
      { kinds, regions, exclude, from, to },
      {
        source,
        target,
        codec: lazyCodec(),
        lines: gzipLines,
        clock,
        signal,
        retryLostRaces: retryLostRaces({ signal }),
        warn: (message) => log.warn(message),
        info: (message) => log.info(message),
        writtenBy: writtenBy(),
      },
    );
  });
}
