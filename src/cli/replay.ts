import type { ReplayResult } from '../../schemas/replay-result.ts';
import { replayFlags } from '../config/flags.ts';
import { parseReplayConfig, type ReplayConfig } from '../config/commands.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';
import { type Ending, endingOf, type LayOut, printResult } from './ending.ts';
import { replaySummary } from './replay-summary.ts';

export type RunReplay = (config: ReplayConfig, ending: Pick<Ending, 'spareLog'>) => Promise<ReplayResult>;

export function replayCommand(runReplay: RunReplay, layOut: LayOut): Command {
  return {
    name: 'replay',
    describe: 'rebuild partitions from the raw pages; prints a summary, or the result as one JSON line',
    flags: replayFlags,
    examples: [
      ['$0 replay --from 2026-11-20 --to 2026-11-22', 'heal three days of every table'],
      ['$0 replay --into s3://other-bucket/ledger', 'rebuild the whole ledger elsewhere'],
      ['$0 replay --exclude 20261123T030005123Z-copy-ONE_DAY-eu-west-1-any', 'withdraw a bad pull'],
    ],
    async run(sources, io) {
      const parsed = parseReplayConfig(sources);
      if ('problems' in parsed) throw new UsageError(parsed.problems);
      const ending = endingOf(parsed.config, io);
      const result = await runReplay(parsed.config, ending);
      await printResult(result, ending, { io, layOut, summary: () => replaySummary(result) });
      return result.exit_code;
    },
  };
}
