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
import { wantsProgress } from '../world/log.ts';
import { display } from '../world/output.ts';
import { type Session, withSession } from '../world/session.ts';

export interface ReplayEnding {
  /** The log leaves out what became of each table and raw file: a summary will say so. */
  readonly spareLog?: boolean;
}

/** Replays raw pages as the command line does. */
export function replay(
  config: ReplayConfig,
  interrupted: AbortSignal,
  { spareLog = false }: ReplayEnding = {},
): Promise<ReplayResult> {
  const { ledger, into } = config;
  const problems = targetProblems({ ...config, ledger: realPlace(ledger), into: into && realPlace(into) });
  if (problems.length > 0) throw new UsageError(problems);
  return withSession(config, interrupted, async (session) => {
    const { clock, log, signal, openLedger } = session;
    const step = await openSteps(config, session);
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
        warn: (message) => {
          if (!spareLog) log.warn(message);
        },
        info(message) {
          if (!spareLog) log.info(message);
          step(message);
        },
        writtenBy: writtenBy(),
      },
    );
  });
}

/** Shows the newest step at the bottom of a terminal, where that is wanted. */
async function openSteps(
  config: ReplayConfig,
  { clock, closing, logAbove }: Session,
): Promise<(message: string) => void> {
  if (!wantsProgress(config)) return () => undefined;
  const { createStatusLine } = await import('../../src/adapters/terminal/status-line.ts');
  let newest = 'reading the records';
  const line = createStatusLine({ stream: display, now: clock.now, parts: () => [newest] });
  closing(() => line.stop());
  logAbove(line.writeAbove);
  line.update();
  return (message) => {
    newest = message;
    line.update();
  };
}

function realPlace(place: LedgerPlace): LedgerPlace {
  return place.type === 'folder' ? { ...place, path: realPath(place.path) } : place;
}
