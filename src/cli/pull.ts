import type { PullResult } from '../../schemas/pull-result.ts';
import { pullFlags } from '../config/flags.ts';
import { parsePullConfig, type PullConfig } from '../config/commands.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';
import { type Ending, endingOf, type LayOut, printResult } from './ending.ts';
import { pullSummary } from './pull-summary.ts';

export type RunPull = (config: PullConfig, ending: Pick<Ending, 'spareLog'>) => Promise<PullResult>;

export function pullCommand(runPull: RunPull, layOut: LayOut): Command {
  return {
    name: 'pull',
    describe: 'read slices and bring the ledger up to date; prints a summary, or the result as one JSON line',
    flags: pullFlags,
    examples: [
      ['$0 pull --region eu-west-1,us-east-1', 'copy jobs of two regions into ./ledger'],
      ['$0 pull --ledger s3://my-bucket/backup-ledger --kind all', 'all four kinds into a bucket'],
      ['$0 pull --dry-run', 'show what would change, write nothing'],
      ['$0 pull --state FAILED --table copy_failures', 'only failures, in a table of their own'],
    ],
    async run(sources, io) {
      const parsed = parsePullConfig(sources);
      if ('problems' in parsed) throw new UsageError(parsed.problems);
      const ending = endingOf(parsed.config, io);
      const result = await runPull(parsed.config, ending);
      await printResult(result, ending, { io, layOut, summary: () => pullSummary(result) });
      return result.exit_code;
    },
  };
}
