import {
  AGGREGATE_ALL,
  ANY,
  factsOf,
  knownStatesOf,
  type AggregationPeriod,
  type DimensionField,
  type FilterName,
  type Filters,
  type Kind,
} from '../../schemas/kinds.ts';
import { show } from '../domain/show.ts';
import { ANY_ACCOUNT, grainOf, type Slice } from '../domain/slice.ts';
import { type roleFlags, sliceFlags } from './flags.ts';
import type { Values } from './resolve.ts';
import { ACCOUNT_PLACE, ALL_REGIONS } from './values.ts';

/** Which slices there are, and how they are reached. */
export interface SliceChoice {
  /** Empty: the SDK's own region. */
  readonly regions: readonly string[] | typeof ALL_REGIONS;
  /** The role to read a slice through; undefined for the caller's own. */
  readonly roleOf: (slice: Slice) => string | undefined;
  slicesIn(regions: readonly string[]): Slice[];
}

type RoleValues = Values<typeof roleFlags>;
export type SliceValues = Values<typeof sliceFlags>;

export function chooseSlices(values: SliceValues & RoleValues): SliceChoice {
  return {
    regions: values.region.includes(ALL_REGIONS) ? ALL_REGIONS : values.region,
    roleOf: ({ scope }) => values['assume-role']?.replaceAll(ACCOUNT_PLACE, scope),
    slicesIn: (regions) => slicesOf(values, regions),
  };
}

/** What no single flag can know. */
export function sliceChoiceProblems(values: SliceValues & RoleValues): string[] {
  return [...sliceProblems(values), ...roleProblems(values)];
}

/** A flag that is wrong by itself has been told already; the rest waits for it. */
function sliceProblems(values: SliceValues): string[] {
  if (!Object.keys(sliceFlags).every((name) => name in values)) return [];
  const problems = values.kind.flatMap((kind) => [
    ...filterProblems(kind, values),
    ...periodProblems(kind, values),
  ]);
  if (values.table && values.kind.length > 1) {
    problems.push(`table: expected one kind for one table, got ${values.kind.join(', ')}`);
  }
  if (problems.length > 0) return [...new Set(problems)];
  return [...new Set(values.kind.flatMap((kind) => grainProblems(kind, values)))];
}

/** One role in each account: neither is of use without the other. */
function roleProblems(values: Partial<SliceValues & RoleValues>): string[] {
  const { accounts = [], account = ANY, 'assume-role': role } = values;
  if (!('accounts' in values && 'assume-role' in values)) return [];
  if (role === undefined && accounts.length === 0) return [];
  if (role === undefined)
    return [
      'assume-role: expected the role to read --accounts through, got none; for one account of your own organisation there is --account',
    ];
  if (accounts.length === 0) return ['accounts: expected the accounts to assume the role in, got none'];
  if (account === ANY) return [];
  return [`account: expected none beside --accounts, which says whose jobs are read, got ${show(account)}`];
}

/** Flags by the filter they set. Scan's own filters have no flag: they are always asked as ANY. */
const filterFlags = {
  AccountId: 'account',
  State: 'state',
  ResourceType: 'resource-type',
  MessageCategory: 'message-category',
} as const satisfies Partial<Record<FilterName, keyof SliceValues>>;

function filterProblems(kind: Kind, values: SliceValues): string[] {
  const { filters, dimensions } = factsOf(kind);
  const lacking = Object.entries(filterFlags).filter(
    ([filter, flag]) => values[flag] !== ANY && !filters.some((known) => known === filter),
  );
  const problems = lacking.map(
    ([filter, flag]) =>
      `${flag}: expected none, because ${kind} jobs have no ${filter} filter, got ${show(values[flag])}`,
  );
  const states = [...knownStatesOf(kind), ANY, AGGREGATE_ALL];
  const hasState = dimensions.includes('State' satisfies DimensionField);
  if (hasState && !states.includes(values.state)) {
    problems.push(`state: expected one of ${states.join(', ')} for ${kind} jobs, got ${show(values.state)}`);
  }
  return problems;
}

function periodProblems(kind: Kind, { 'aggregation-period': period }: SliceValues): string[] {
  const periods: readonly string[] = Object.keys(factsOf(kind).requestPeriods);
  if (periods.includes(period)) return [];
  return [
    `aggregation-period: expected ${periods.join(', ')} for ${kind} jobs, which AWS only counts by day, got ${show(period)}`,
  ];
}

/** The main tables hold daily rows with nothing filtered and nothing aggregated. */
function grainProblems(kind: Kind, values: SliceValues): string[] {
  const main = factsOf(kind).table;
  if (values.table && values.table !== main) return [];
  const grain = Object.keys(grainOf({ kind, filters: filtersOf(values) })) as (keyof typeof filterFlags)[];
  const flags = grain.map((filter) => [filterFlags[filter], values[filterFlags[filter]]] as const);
  const period = values['aggregation-period'];
  const shapingFlags = period === 'ONE_DAY' ? flags : [...flags, ['aggregation-period', period] as const];
  return shapingFlags.map(
    ([flag, value]) =>
      `${flag}: expected the default, because ${main} holds daily rows with nothing filtered or aggregated and its ` +
      `sums would no longer be true, got ${show(value)}; give such rows a table of their own with --table`,
  );
}

function filtersOf(values: SliceValues, account = values.account): Filters {
  return {
    AccountId: account,
    State: values.state,
    ResourceType: values['resource-type'],
    MessageCategory: values['message-category'],
    MalwareScanner: ANY,
    ScanResultStatus: ANY,
  };
}

function slicesOf(values: SliceValues, regions: readonly string[]): Slice[] {
  const aggregationPeriod: AggregationPeriod = values['aggregation-period'];
  const accounts = values.accounts.length > 0 ? values.accounts : [values.account];
  return values.kind.flatMap((kind) =>
    regions.flatMap((region) =>
      accounts.map((account) => {
        const scope = /^\d{12}$/.test(account) ? account : ANY_ACCOUNT;
        const table = values.table ?? factsOf(kind).table;
        return { kind, aggregationPeriod, region, scope, filters: filtersOf(values, account), table };
      }),
    ),
  );
}
