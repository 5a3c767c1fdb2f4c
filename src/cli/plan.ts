import { planFlags } from '../config/flags.ts';
import { parsePullConfig, type PullConfig } from '../config/commands.ts';
import { planOf } from '../fan-out/planned-slice.ts';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';

/** Finds the regions to ask: those configured, or the SDK's own. */
export type FindRegions = (config: PullConfig) => Promise<readonly string[]>;

export function planCommand(findRegions: FindRegions): Command {
  return {
    name: 'plan',
    describe: 'print the slices a pull would run, as JSON, to fan them out',
    flags: planFlags,
    examples: [['$0 plan --kind all --region eu-west-1,us-east-1', 'eight slices']],
    async run(sources, io) {
      const parsed = parsePullConfig(sources);
      if ('problems' in parsed) throw new UsageError(parsed.problems);
      const plan = planOf(parsed.config, await findRegions(parsed.config));
      io.stdout.write(`${JSON.stringify(plan)}\n`);
      return 0;
    },
  };
}
