import type { ReplayResult } from '../../schemas/replay-result.ts';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import { retryLostRaces } from '../../src/adapters/back-off.ts';
import type { ReplayConfig } from '../../src/config/replay-config.ts';
import { replayLedger } from '../../src/replay/replay.ts';
import { startDeadline } from '../world/deadline.ts';
import { lazyCodec, openLedger } from '../world/ledger.ts';
import { openClock, openLog, sayClock } from '../world/log.ts';
import { packageInfo } from '../world/package-info.ts';

/** Replays raw pages as the command line does: with its clock, log and deadline. */
export async function replay(config: ReplayConfig, interrupted: AbortSignal): Promise<ReplayResult> {
  const clock = openClock(config.now);
  const log = await openLog(config);
  sayClock(config.now, log);
  const deadline = startDeadline(config.deadline, interrupted);
  const { signal } = deadline;
  const ledger = await openLedger(config, { clock, signal });
  const place = config.into
    ? await openLedger({ ...config, ledger: config.into }, { clock, signal })
    : ledger;
  const source = ledger.open(signal);
  const { name, version } = packageInfo();
  try {
    const { kind: kinds, region: regions, exclude, from, to } = config;
    return await replayLedger(
      { kinds, regions, exclude, from, to },
      {
        source,
        target: config.into ? place.open(signal) : source,
        codec: lazyCodec(),
        lines: gzipLines,
        clock,
        signal,
        retryLostRaces: retryLostRaces({ signal }),
        warn: (message) => log.warn(message),
        info: (message) => log.info(message),
        writtenBy: `${name} ${version}`,
      },
    );
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    ledger.close();
    if (config.into) place.close();
    deadline.cancel();
  }
}
