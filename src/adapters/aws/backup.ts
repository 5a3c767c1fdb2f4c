import {
  ListBackupJobSummariesCommand,
  ListCopyJobSummariesCommand,
  ListRestoreJobSummariesCommand,
  ListScanJobSummariesCommand,
} from '@aws-sdk/client-backup';
import { factsOf, type Kind, kinds } from '../../../schemas/kinds.ts';
import type { Slice } from '../../domain/slice.ts';
import { LedgerError } from '../../errors.ts';
import type { SummarySource } from '../../ports.ts';
import { createPageSource, type ListCommand, type PageOptions } from './backup-page.ts';
import { BrokenTransferError } from './errors.ts';

type Operation = (typeof kinds)[Kind]['operation'];

const commands = {
  ListBackupJobSummaries: ListBackupJobSummariesCommand,
  ListCopyJobSummaries: ListCopyJobSummariesCommand,
  ListRestoreJobSummaries: ListRestoreJobSummariesCommand,
  ListScanJobSummaries: ListScanJobSummariesCommand,
} as const satisfies Record<Operation, unknown>;

export interface SummarySourceOptions extends PageOptions {
  readonly slice: Slice;
  /** Summaries a page, 1 to 500. */
  readonly pageSize: number;
}

/** Asks AWS Backup for one slice. Throws what `createPageSource` throws. */
export function createSummarySource(options: SummarySourceOptions): SummarySource {
  const { slice, pageSize } = options;
  const { kind, region } = slice;
  const { operation } = kinds[kind];
  const request = requestOf(slice, pageSize);
  const list = {
    operation,
    region,
    command: commands[operation] as unknown as ListCommand,
    input: request,
    checkPage: (document: unknown, isFirst: boolean) => checkPage(kind, document, isFirst),
  };
  return { request, ...createPageSource(list, options) };
}

/**
 * A page is a page only if it says so: what has no list is the word of something between AWS and us, and would end the pages
 * too early. AWS may leave out an empty list: a first page that says what it was asked, and nothing else, has no rows.
 */
function checkPage(kind: Kind, document: unknown, isFirst: boolean): void {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return;
  const { resultList } = factsOf(kind);
  const fields = Object.entries(document).filter(([, value]) => value !== null);
  if (fields.some(([name]) => name === resultList)) return;
  if (isFirst && fields.length === 1 && fields[0]?.[0] === 'AggregationPeriod') return;
  throw new BrokenTransferError(`the answer has no ${resultList}`);
}

/** Every filter the operation has is always sent: what leaving one out means is not documented. */
function requestOf({ kind, aggregationPeriod, filters }: Slice, pageSize: number) {
  const facts = factsOf(kind);
  const period = facts.requestPeriods[aggregationPeriod];
  if (!period) throw new LedgerError('report-bug', `${kind} jobs have no rows of ${aggregationPeriod}`);
  const sent = Object.fromEntries(facts.filters.map((name) => [name, filters[name]]));
  return { ...sent, AggregationPeriod: period, MaxResults: pageSize };
}
