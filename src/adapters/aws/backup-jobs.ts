import {
  ListBackupJobsCommand,
  ListCopyJobsCommand,
  ListRestoreJobsCommand,
  ListScanJobsCommand,
} from '@aws-sdk/client-backup';
import { factsOf, type Kind, kinds } from '../../../schemas/kinds.ts';
import type { Slice } from '../../domain/slice.ts';
import type { JobListRequest, PageSource } from '../../ports.ts';
import { createPageSource, type ListCommand, type PageOptions } from './backup-page.ts';
import { BrokenTransferError } from './errors.ts';

type Operation = (typeof kinds)[Kind]['jobList']['operation'];

const commands = {
  ListBackupJobs: ListBackupJobsCommand,
  ListCopyJobs: ListCopyJobsCommand,
  ListRestoreJobs: ListRestoreJobsCommand,
  ListScanJobs: ListScanJobsCommand,
} as const satisfies Record<Operation, unknown>;

/** What AWS takes at the most. Source: `MaxResults` in the AWS Backup API reference. */
const MAX_PAGE_SIZE = 1000;

export interface JobSourceOptions extends PageOptions {
  readonly slice: Pick<Slice, 'kind' | 'region'>;
  readonly request: JobListRequest;
}

/** Asks AWS Backup for jobs one by one. Throws what `createPageSource` throws. */
export function createJobSource(options: JobSourceOptions): PageSource {
  const { slice, request } = options;
  const { kind, region } = slice;
  const { operation } = kinds[kind].jobList;
  const list = {
    operation,
    region,
    command: commands[operation] as unknown as ListCommand,
    input: inputOf(kind, request),
    checkPage: (document: unknown) => checkPage(kind, document),
  };
  return createPageSource(list, options);
}

function inputOf(kind: Kind, { account, before, pageSize = MAX_PAGE_SIZE }: JobListRequest) {
  const until = factsOf(kind).jobList.byCreation ? 'ByCreatedBefore' : 'ByCompleteBefore';
  return {
    ...(account !== undefined && { ByAccountId: account }),
    [until]: new Date(before),
    MaxResults: pageSize,
  };
}

/** These answers write null for what is absent, so an empty list may be null, but its name is there. */
function checkPage(kind: Kind, document: unknown): void {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return;
  const { resultList } = factsOf(kind).jobList;
  if (!(resultList in document)) throw new BrokenTransferError(`the answer has no ${resultList}`);
}
