import {
  AGGREGATE_ALL,
  ANY,
  type AggregationPeriod,
  type DimensionField,
  factsOf,
  type FilterName,
  filterNames,
  type Filters,
  type Kind,
} from '../../schemas/kinds.ts';

/** Whose jobs: `any` (one caller with `AccountId=ANY`) or one account, as 12 digits. */
export type Scope = string;

export const ANY_ACCOUNT: Scope = 'any';

/** Nothing filtered, nothing aggregated. */
export const anyFilters = Object.fromEntries(filterNames.map((name) => [name, ANY])) as Filters;

/** The unit of work, of failure and of fan-out. */
export interface Slice {
  readonly kind: Kind;
  readonly aggregationPeriod: AggregationPeriod;
  /** The region whose endpoint is asked. */
  readonly region: string;
  readonly scope: Scope;
  readonly filters: Filters;
  /** The table of the ledger its rows belong to. */
  readonly table: string;
}

/** The one account a slice is about, or null. */
export function accountOf({ scope }: Pick<Slice, 'scope'>): string | null {
  return scope === ANY_ACCOUNT ? null : scope;
}

/** As it stands in file names: `copy-ONE_DAY-eu-west-1-any`. */
export function sliceName(slice: Pick<Slice, 'kind' | 'aggregationPeriod' | 'region' | 'scope'>): string {
  return [slice.kind, slice.aggregationPeriod, slice.region, slice.scope].join('-');
}

/** The same of a slice's result, whose fields are named as in the ledger. */
export function nameOfResult(
  result: Pick<Slice, 'kind' | 'region' | 'scope'> & { readonly aggregation_period: AggregationPeriod },
): string {
  return sliceName({ ...result, aggregationPeriod: result.aggregation_period });
}

/** Whether the slice asks for rows summed over this dimension. */
export function isAggregated(slice: Slice, dimension: DimensionField): boolean {
  return filterNames.some((name) => name === dimension && slice.filters[name] === AGGREGATE_ALL);
}

/** The dimensions a table's rows are filtered by or aggregated over: empty for the main tables. */
export type Grain = Readonly<Partial<Record<FilterName, string>>>;

/**
 * What tells a slice's rows apart from rows of another grain. One account is not another grain: its rows are the same
 * whether it was asked for alone or among all.
 */
export function grainOf(slice: Pick<Slice, 'kind' | 'filters'>): Grain {
  const shaping = factsOf(slice.kind).filters.filter((name) => {
    const asked = slice.filters[name];
    return asked !== ANY && (name !== 'AccountId' || asked === AGGREGATE_ALL);
  });
  return Object.fromEntries(shaping.map((name) => [name, slice.filters[name]]));
}

/** `warn` reports a mismatch with AWS's own totals and protects its day, `require` publishes nothing then, `off` does not ask. */
export const reconcileModes = ['off', 'warn', 'require'] as const;

export type ReconcileMode = (typeof reconcileModes)[number];

/** What a region may look like: it becomes a file name. */
export const REGION_PATTERN = /^[a-z]{2,}(?:-[a-z0-9]+)+$/;
