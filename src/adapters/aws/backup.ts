import {
  type BackupClient,
  ListBackupJobSummariesCommand,
  ListCopyJobSummariesCommand,
  ListRestoreJobSummariesCommand,
  ListScanJobSummariesCommand,
} from '@aws-sdk/client-backup';
import { factsOf, type Kind, kinds } from '../../../schemas/kinds.ts';
import type { Slice } from '../../domain/slice.ts';
import { retryHint, LedgerError, RequestError, TokenRefusedError } from '../../errors.ts';
import type { Page, RequestHooks, SummarySource } from '../../ports.ts';
import { BrokenTransferError, classifyAwsError, describeAwsError } from './errors.ts';
import type { Pace } from './pace.ts';
import type { Retry } from './retry.ts';
import { parseExactJson, type ExactJson } from '../../domain/exact-json.ts';

type Operation = (typeof kinds)[Kind]['operation'];

const commands = {
  ListBackupJobSummaries: ListBackupJobSummariesCommand,
  ListCopyJobSummaries: ListCopyJobSummariesCommand,
  ListRestoreJobSummaries: ListRestoreJobSummariesCommand,
  ListScanJobSummaries: ListScanJobSummariesCommand,
} as const satisfies Record<Operation, unknown>;

/** The four commands differ in the types of their answers alone, which are not looked at. */
type SummariesCommand = new (input: object) => ListCopyJobSummariesCommand;

export interface SummarySourceOptions {
  /** A client of the slice's region, made with `maxAttempts: 1`: retries are `retry`'s alone. */
  readonly client: BackupClient;
  readonly slice: Slice;
  /** Summaries a page, 1 to 500. */
  readonly pageSize: number;
  readonly retry: Retry;
  readonly signal: AbortSignal;
  /** Waited for before each request, further tries included. Default: requests are sent at once. */
  readonly pace?: Pace | undefined;
  readonly hooks: RequestHooks;
}

/**
 * Asks AWS Backup for one slice. The SDK signs and sends; the rows are taken from the response body as it came,
 * because the SDK's parser fails a whole page for one odd value and drops fields it does not know.
 *
 * Throws `RequestError` when a page cannot be fetched, `TokenRefusedError` when AWS refused a request with a
 * NextToken, or the signal's reason.
 */
export function createSummarySource(options: SummarySourceOptions): SummarySource {
  const { slice, retry, hooks, pageSize } = options;
  const request = requestOf(slice, pageSize);
  return {
    request,
    async fetchPage(token) {
      try {
        return await retry(
          () => sendOnce(options, { ...request, ...(token !== undefined && { NextToken: token }) }),
          {
            onRetry: ({ attempt, error }) => hooks.onRetry(attempt, describeAwsError(error)),
          },
        );
      } catch (error) {
        throw asRequestError(error, slice, token);
      }
    },
  };
}

async function sendOnce(
  { client, slice, signal, pace, hooks }: SummarySourceOptions,
  input: { readonly NextToken?: string },
): Promise<Page> {
  const Command = commands[kinds[slice.kind].operation] as unknown as SummariesCommand;
  const command = new Command(input);
  let body: Uint8Array = new Uint8Array();
  command.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args);
      const response = output.response as HttpResponse;
      if (response.statusCode !== 200) return output;
      body = await collect(response.body);
      return { ...output, response: Object.assign(response, { body: EMPTY_DOCUMENT }) };
    },
    // Between the wire and the SDK's deserializer, which then parses an empty document.
    { step: 'deserialize', priority: 'low', name: 'keepBody' },
  );
  await pace?.wait();
  hooks.onRequest();
  try {
    await client.send(command, { abortSignal: signal });
    pace?.answered(false);
  } catch (error) {
    // Nothing else that goes wrong tells what AWS grants.
    if (classifyAwsError(error).throttled) pace?.answered(true);
    throw error;
  }
  const parsed = parse(body);
  checkPage(slice.kind, parsed.document, input.NextToken === undefined);
  return { bytes: body, ...parsed };
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

const EMPTY_DOCUMENT = new TextEncoder().encode('{}');

interface HttpResponse {
  readonly statusCode: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Every filter the operation has is always sent: what leaving one out means is not documented. */
function requestOf({ kind, aggregationPeriod, filters }: Slice, pageSize: number) {
  const facts = factsOf(kind);
  const period = facts.requestPeriods[aggregationPeriod];
  if (!period) throw new LedgerError('report-bug', `${kind} jobs have no rows of ${aggregationPeriod}`);
  const sent = Object.fromEntries(facts.filters.map((name) => [name, filters[name]]));
  return { ...sent, AggregationPeriod: period, MaxResults: pageSize };
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Invalid JSON is a broken transfer: what a half-dead proxy or a cut connection leaves. */
function parse(body: Uint8Array): ExactJson {
  try {
    return parseExactJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new BrokenTransferError('the answer is not JSON', { cause });
  }
}

function asRequestError(error: unknown, { kind, region }: Slice, token: string | undefined): unknown {
  const { recovery, validation, aborted, name } = classifyAwsError(error);
  if (error instanceof LedgerError || aborted) return error;
  const { operation } = factsOf(kind);
  const message = `${operation} in ${region}: ${describeAwsError(error)}`;
  if (validation && token !== undefined) return new TokenRefusedError(message, { cause: error });
  const asked =
    name === 'AccessDeniedException' ? `; the caller needs backup:${operation}` : retryHint(recovery);
  return new RequestError(recovery, `${message}${asked}`, { cause: error });
}
