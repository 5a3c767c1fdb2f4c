import { type FilterName, factsOf, type JobListFacts, type Kind } from '../../../schemas/kinds.ts';
import { AwsError, invalidParameter } from '../errors.ts';
import { parseInstant } from '../world/instants.ts';
import { type JobQuery, type ListedJob, listJobs } from '../world/listed-jobs.ts';
import { jobText } from './job-text.ts';
import { type PagedRequest, parseMaxResults } from './request.ts';

const MAX_RESULTS = 1000;

/** Reads a request for a kind's jobs. Throws InvalidParameterValueException for parameters AWS would refuse. */
export function parseJobList(
  kind: Kind,
  region: string,
  parameters: URLSearchParams,
): PagedRequest<ListedJob> {
  const { jobList, filters } = factsOf(kind);
  const asked = plainNames(parameters);
  const query = queryOf({ kind, region, facts: jobList, traits: traitsIn(asked, filters) }, asked);
  return {
    kind,
    region,
    maxResults: parseMaxResults(asked.get('maxResults') ?? null, MAX_RESULTS),
    token: asked.get('nextToken'),
    subject: 'jobs',
    binding: JSON.stringify([jobList.operation, query]),
    lagIn: () => 0,
    itemsAt: ({ jobs, now, world }) => {
      const isOwn = query.account === undefined || query.account === jobs.accounts[0];
      if (!world.monitoring && !isOwn) throw monitoringOff();
      return listJobs(jobs, query, { now, world });
    },
    textOf: (item) => jobText(kind, region, item),
    // Absent members are null in these answers.
    bodyOf: (items, token) =>
      `{"NextToken":${JSON.stringify(token ?? null)},"${jobList.resultList}":[${items}]}`,
  };
}

/** Scan jobs are asked for by `ByState`, all others by `state`, restore jobs by `status`. */
function plainNames(parameters: URLSearchParams): ReadonlyMap<string, string> {
  return new Map(
    Array.from(parameters, ([name, value]) => {
      const plain = name.replace(/^By(?=[A-Z])/, '');
      const lower = `${plain.charAt(0).toLowerCase()}${plain.slice(1)}`;
      return [lower === 'status' ? 'state' : lower, value];
    }),
  );
}

const traitNames = {
  State: 'state',
  MessageCategory: 'messageCategory',
  MalwareScanner: 'malwareScanner',
  ScanResultStatus: 'scanResultStatus',
} as const satisfies Partial<Record<FilterName, string>>;

function traitsIn(asked: ReadonlyMap<string, string>, filters: readonly FilterName[]): JobQuery['traits'] {
  const own = Object.entries(traitNames).filter(([filter]) => filters.some((name) => name === filter));
  return Object.fromEntries(
    own.map(([filter, name]) => [filter, asked.get(name)]).filter(([, value]) => value !== undefined),
  );
}

function queryOf(
  {
    kind,
    region,
    facts,
    traits,
  }: Pick<JobQuery, 'kind' | 'region' | 'traits'> & { readonly facts: JobListFacts },
  asked: ReadonlyMap<string, string>,
): JobQuery {
  const account = asked.get('accountId');
  if (account !== undefined && !/^(?:\d{12}|\*)$/.test(account)) {
    throw invalidParameter(`Invalid accountId: ${account}`);
  }
  const instant = (name: string) => instantIn(asked, name);
  return {
    kind,
    region,
    account,
    createdBefore: facts.byCreation ? instant('createdBefore') : undefined,
    createdAfter: facts.byCreation ? instant('createdAfter') : undefined,
    completedBefore: instant('completeBefore'),
    completedAfter: instant('completeAfter'),
    parentId: facts.hasParents ? asked.get('parentJobId') : undefined,
    resourceType: asked.get('resourceType'),
    traits,
  };
}

/** ISO 8601 as the SDKs send it, or epoch seconds. */
function instantIn(asked: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = asked.get(name);
  if (text === undefined) return undefined;
  const instant = parseInstant(/^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : text);
  if (instant === undefined) throw invalidParameter(`Invalid ${name}: ${text}`);
  return instant;
}

function monitoringOff(): AwsError {
  return new AwsError('AccessDeniedException', 403, {
    message: 'Insufficient privileges to perform this action: cross-account monitoring is not enabled',
  });
}
