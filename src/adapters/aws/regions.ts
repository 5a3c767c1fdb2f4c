import {
  type AccountClient,
  ListRegionsCommand,
  type ListRegionsCommandOutput,
} from '@aws-sdk/client-account';
import { REGION_PATTERN } from '../../domain/slice.ts';
import { LedgerError, PaginationLoopError, RequestError, retryHint } from '../../errors.ts';
import { BrokenTransferError, classifyAwsError, describeAwsError } from './errors.ts';
import { isToken } from './page-token.ts';
import type { Retry } from './retry.ts';

/** AWS's words for a region that answers. Source: RegionOptStatus in the AWS Account Management reference. */
const ENABLED = ['ENABLED', 'ENABLED_BY_DEFAULT'] as const;

/** Regions of one answer. Source: the limit of ListRegions. */
const MAX_REGIONS_PER_PAGE = 50;

export interface RegionsOptions {
  readonly client: AccountClient;
  readonly retry: Retry;
  readonly signal: AbortSignal;
}

/** The regions the caller's account has enabled, in order. Throws `RequestError`. */
export async function enabledRegions({ client, retry, signal }: RegionsOptions): Promise<string[]> {
  const regions: string[] = [];
  let token: string | undefined;
  let pages = 0;
  do {
    const input = {
      RegionOptStatusContains: [...ENABLED],
      MaxResults: MAX_REGIONS_PER_PAGE,
      NextToken: token,
    };
    const page = await retry(async () =>
      namesIn(await client.send(new ListRegionsCommand(input), { abortSignal: signal })),
    ).catch(explain);
    regions.push(...page.names);
    pages += 1;
    if (page.next !== undefined && page.next === token) throw new PaginationLoopError(pages);
    token = page.next;
  } while (token !== undefined);
  if (regions.length === 0) throw new RequestError('fix-config', 'ListRegions: AWS named no enabled region');
  return regions.toSorted();
}

/** The regions of a page. Throws `BrokenTransferError` for what is none. */
function namesIn({ Regions: found, NextToken: next }: ListRegionsCommandOutput) {
  const names: readonly unknown[] = Array.isArray(found) ? found.map((region) => region?.RegionName) : [];
  if (!found || !names.every(isRegion) || !isToken(next))
    throw new BrokenTransferError('the answer has no Regions');
  return { names, next: next || undefined };
}

function isRegion(name: unknown): name is string {
  return typeof name === 'string' && REGION_PATTERN.test(name);
}

function explain(error: unknown): never {
  const { recovery, aborted, status } = classifyAwsError(error);
  const cure =
    status === 403 ? '; allow the caller account:ListRegions, or name the regions' : retryHint(recovery);
  if (error instanceof LedgerError || aborted) throw error;
  throw new RequestError(
    recovery,
    `ListRegions, to find what --region all means: ${describeAwsError(error)}${cure}`,
    { cause: error },
  );
}
