import { planFlags } from '../config/flags.ts';
import { parsePullConfig, type PullConfig } from '../config/pull-config.ts';
import { ANY } from '../../schemas/kinds.ts';
import { ANY_ACCOUNT, grainOf, type Slice } from '../domain/slice.ts';
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
      const slices = parsed.config.slicesIn(await findRegions(parsed.config));
      io.stdout.write(`${JSON.stringify({ schema_version: 1, slices: slices.map(plannedSlice) })}\n`);
      return 0;
    },
  };
}

/** A slice with the flags that make `pull` run just this one. */
function plannedSlice(slice: Slice) {
  const { kind, aggregationPeriod, region, scope, table } = slice;
  return { kind, aggregation_period: aggregationPeriod, region, scope, table, args: argsOf(slice) };
}

function argsOf(slice: Slice): string[] {
  const { kind, aggregationPeriod, region, scope, table, filters } = slice;
  const grain = grainOf(slice);
  const account = scope === ANY_ACCOUNT ? filters.AccountId : scope;
  const flags = {
    kind,
    'aggregation-period': aggregationPeriod,
    region,
    account: account === ANY ? undefined : account,
    state: grain.State,
    'resource-type': grain.ResourceType,
    'message-category': grain.MessageCategory,
    table,
  };
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  );
}
