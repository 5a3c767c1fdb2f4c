import type { PullResult } from '../../schemas/pull-result.ts';
import { pullFlags } from '../config/flags.ts';
import { parsePullConfig, type PullConfig } from '../config/commands.ts';
import { UsageError } from '../errors.ts';
import type { Command, Io } from './command.ts';
import { pullSummary } from './pull-summary.ts';

export type RunPull = (config: PullConfig) => Promise<PullResult>;

export function pullCommand(runPull: RunPull): Command {
  return {
    name: 'pull',
    describe: 'read slices and bring the ledger up to date; prints the result as one JSON line',
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
      const result = await runPull(parsed.config);
      io.stdout.write(`${JSON.stringify(result)}\n`);
      if (wantsSummary(parsed.config, io)) io.stderr.write(pullSummary(result));
      return result.exit_code;
    },
  };
}

/** For people: a log of JSON lines is no place for it, and who wants errors only does not want it. */
function wantsSummary(config: PullConfig, { stderr }: Io): boolean {
  const { 'log-format': format = stderr.isTTY ? 'pretty' : 'json', 'log-level': level } = config;
  return format === 'pretty' && ['trace', 'debug', 'info'].includes(level);
}
