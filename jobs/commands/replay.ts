import type { ReplayResult } from '../../schemas/replay-result.ts';
import { retryLostRaces } from '../../src/adapters/back-off.ts';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import { type ReplayConfig, targetProblems } from '../../src/config/commands.ts';
import type { LedgerPlace } from '../../src/config/values.ts';
import { UsageError } from '../../src/errors.ts';
import { replayLedger } from '../../src/replay/replay.ts';
import { lazyCodec } from '../world/ledger.ts';
import { realPath } from '../world/real-path.ts';
import { writtenBy } from '../world/package-info.ts';
import { withSession } from '../world/session.ts';

/** Replays raw pages as the command line does. */
export function replay(config: ReplayConfig, interrupted: AbortSignal): Promise<ReplayResult> {
  const { ledger, into } = config;
  const problems = targetProblems({ ...config, ledger: realPlace(ledger), into: into && realPlace(into) });
  if (problems.length > 0) throw new UsageError(problems);
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

function realPlace(place: LedgerPlace): LedgerPlace {
  return place.type === 'folder' ? { ...place, path: realPath(place.path) } : place;
}
