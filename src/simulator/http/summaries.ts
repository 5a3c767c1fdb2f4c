import {
  AGGREGATE_ALL,
  aggregationPeriods,
  type AggregationPeriod,
  ANY,
  factsOf,
  knownStatesOf,
  type FilterName,
  filterNames,
  type Kind,
} from '../../../schemas/kinds.ts';
import { countAnswer, type Query } from '../world/count.ts';
import type { SummaryItem } from '../world/counted-rows.ts';
import { invalidParameter } from '../errors.ts';
import { type PagedRequest, parseMaxResults } from './request.ts';

/** What omitted parameters mean here; AWS does not document it. */
const DEFAULT_PERIOD: AggregationPeriod = 'ONE_DAY';
const MAX_RESULTS = 500;

/** Reads a request for summaries. Throws InvalidParameterValueException for parameters AWS would refuse. */
export function parseSummaries(
  kind: Kind,
  region: string,
  parameters: URLSearchParams,
): PagedRequest<SummaryItem> {
  const period = parsePeriod(parameters.get('AggregationPeriod') ?? DEFAULT_PERIOD);
  const filters = parseFilters(kind, parameters);
  const query: Query = { kind, region, period, filters };
  const { resultList } = factsOf(kind);
  return {
    kind,
    region,
    maxResults: parseMaxResults(parameters.get('MaxResults'), MAX_RESULTS),
    token: parameters.get('NextToken') ?? undefined,
    subject: Object.values(filters).includes(AGGREGATE_ALL) ? 'sums' : 'rows',
    binding: keyOf(query),
    lagIn: ({ summariesAge }) => summariesAge / 1000,
    itemsAt: ({ jobs, ...moment }) => countAnswer(jobs, query, moment),
    textOf: (item) => JSON.stringify(item),
    bodyOf: (items, token) => {
      const end = token === undefined ? '' : `,"NextToken":${JSON.stringify(token)}`;
      return `{"${resultList}":[${items}],"AggregationPeriod":"${period}"${end}}`;
    },
  };
}

/** What tells a query's answers from those of others. */
export function keyOf({ kind, region, period, filters }: Query): string {
  return JSON.stringify([kind, region, period, filterNames.map((name) => filters[name])]);
}

function parsePeriod(text: string): AggregationPeriod {
  const period = aggregationPeriods.find((known) => known === text);
  if (!period) throw invalidParameter(`Invalid AggregationPeriod: ${text}`);
  return period;
}

function parseFilters(kind: Kind, parameters: URLSearchParams): Record<FilterName, string> {
  const own = new Set<FilterName>(factsOf(kind).filters);
  return Object.fromEntries(
    filterNames.map((name) => [
      name,
      own.has(name) ? parseFilter(kind, name, parameters.get(name) ?? ANY) : ANY,
    ]),
  ) as Record<FilterName, string>;
}

function parseFilter(kind: Kind, name: FilterName, value: string): string {
  if (value === ANY || value === AGGREGATE_ALL || accepts(kind, name, value)) return value;
  throw invalidParameter(`Invalid ${name}: ${value}`);
}

/** States and scan results are enums on the wire, accounts have a pattern, the rest is free text. */
function accepts(kind: Kind, name: FilterName, value: string): boolean {
  if (name === 'AccountId') return /^\d{12}$/.test(value);
  if (name === 'State') return knownStatesOf(kind).includes(value);
  if (name === 'MalwareScanner') return value === 'GUARDDUTY';
  if (name === 'ScanResultStatus') return ['NO_THREATS_FOUND', 'THREATS_FOUND', 'UNKNOWN'].includes(value);
  return value.length > 0;
}
