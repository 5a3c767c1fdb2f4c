import { type AggregationPeriod, ANY, type Kind } from '../../schemas/kinds.ts';
import { accountOf, grainOf, type Slice } from '../domain/slice.ts';
import type { PullConfig } from '../config/commands.ts';

/** A slice, and the flags that make `pull` run just this one. */
export interface PlannedSlice {
  readonly kind: Kind;
  readonly aggregation_period: AggregationPeriod;
  readonly region: string;
  readonly scope: string;
  readonly table: string;
  /** By name, as in a configuration file or an event. */
  readonly flags: Readonly<Record<string, string>>;
  /** The same for a command line. */
  readonly args: readonly string[];
}

export interface Plan {
  readonly schema_version: 1;
  readonly slices: readonly PlannedSlice[];
}

/** The slices a pull with these settings would run. */
export function planOf(config: PullConfig, regions: readonly string[]): Plan {
  return { schema_version: 1, slices: config.slicesIn(regions).map((slice) => plannedSlice(slice, config)) };
}

function plannedSlice(slice: Slice, config: PullConfig): PlannedSlice {
  const { kind, aggregationPeriod, region, scope, table } = slice;
  const flags = flagsOf(slice, config['assume-role']);
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  return { kind, aggregation_period: aggregationPeriod, region, scope, table, flags, args };
}

function flagsOf(slice: Slice, role: string | undefined): Record<string, string> {
  const { kind, aggregationPeriod, region, table, filters } = slice;
  const grain = grainOf(slice);
  const account = accountOf(slice) ?? filters.AccountId;
  const flags = {
    kind,
    'aggregation-period': aggregationPeriod,
    region,
    accounts: role === undefined ? undefined : account,
    'assume-role': role,
    account: role === undefined && account !== ANY ? account : undefined,
    state: grain.State,
    'resource-type': grain.ResourceType,
    'message-category': grain.MessageCategory,
    table,
  };
  return Object.fromEntries(
    Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
