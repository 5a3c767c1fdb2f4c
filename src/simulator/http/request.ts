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
  kindNames,
} from '../../../schemas/kinds.ts';
import { REGION_PATTERN } from '../../domain/slice.ts';
import type { Query } from '../world/count.ts';
import { AwsError, invalidParameter } from '../errors.ts';

/** One API request, understood. */
export interface SummaryRequest extends Query {
  readonly maxResults: number;
  readonly token: string | undefined;
}

/** What omitted parameters mean here; AWS does not document it. */
const DEFAULT_PERIOD: AggregationPeriod = 'ONE_DAY';
const MAX_RESULTS = 500;

/** The kind whose operation a path is, or undefined. */
export function kindAt(path: string): Kind | undefined {
  return kindNames.find((kind) => factsOf(kind).path === path);
}

/** The region of a SigV4 credential scope. Throws as AWS does when there is none. */
export function regionOf(authorization: string | undefined): string {
  const [, region] = /Credential=[^/,\s]+\/\d{8}\/([^/,\s]+)\//.exec(authorization ?? '') ?? [];
  if (authorization === undefined) {
    throw new AwsError('MissingAuthenticationTokenException', 403, {
      message: 'Missing Authentication Token',
    });
  }
  if (region === undefined || !REGION_PATTERN.test(region)) {
    throw new AwsError('IncompleteSignatureException', 403, {
      message: 'Authorization header has no credential scope that names a region',
    });
  }
  return region;
}

/** The access key ID a request was signed with; undefined when it was not. */
export function accessKeyOf(authorization = ''): string | undefined {
  return /Credential=([^/,\s]+)\//.exec(authorization)?.[1];
}

/** Reads an API request. Throws InvalidParameterValueException for parameters AWS would refuse. */
export function parseRequest(kind: Kind, region: string, parameters: URLSearchParams): SummaryRequest {
  const own = new Set<FilterName>(factsOf(kind).filters);
  const filters = Object.fromEntries(
    filterNames.map((name) => [
      name,
      own.has(name) ? parseFilter(kind, name, parameters.get(name) ?? ANY) : ANY,
    ]),
  ) as Record<FilterName, string>;
  return {
    kind,
    region,
    period: parsePeriod(parameters.get('AggregationPeriod') ?? DEFAULT_PERIOD),
    filters,
    maxResults: parseMaxResults(parameters.get('MaxResults') ?? String(MAX_RESULTS)),
    token: parameters.get('NextToken') ?? undefined,
  };
}

function parsePeriod(text: string): AggregationPeriod {
  const period = aggregationPeriods.find((known) => known === text);
  if (!period) throw invalidParameter(`Invalid AggregationPeriod: ${text}`);
  return period;
}

function parseMaxResults(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > MAX_RESULTS) {
    throw invalidParameter(`Invalid MaxResults: ${text} is not from 1 to ${MAX_RESULTS}`);
  }
  return value;
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
