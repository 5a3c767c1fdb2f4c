import { type AccountClient, ListRegionsCommand } from '@aws-sdk/client-account';
import { LedgerError, RequestError, retryHint } from '../../errors.ts';
import { classifyAwsError, describeAwsError } from './errors.ts';
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
  do {
    const input = {
      RegionOptStatusContains: [...ENABLED],
      MaxResults: MAX_REGIONS_PER_PAGE,
      NextToken: token,
    };
    const page = await retry(() => client.send(new ListRegionsCommand(input), { abortSignal: signal })).catch(
      explain,
    );
    regions.push(...(page.Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  if (regions.length === 0) throw new RequestError('fix-config', 'ListRegions: AWS named no enabled region');
  return regions.toSorted();
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
