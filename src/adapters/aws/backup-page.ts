import type { BackupClient, ListCopyJobSummariesCommand } from '@aws-sdk/client-backup';
import { parseExactJson, type ExactJson } from '../../domain/exact-json.ts';
import { LedgerError, RequestError, retryHint, TokenRefusedError } from '../../errors.ts';
import type { Page, PageSource, RequestHooks } from '../../ports.ts';
import { BrokenTransferError, classifyAwsError, describeAwsError } from './errors.ts';
import type { Pace } from './pace.ts';
import type { Retry } from './retry.ts';

/** The commands of AWS Backup's lists differ in the types of their answers alone, which are not looked at. */
export type ListCommand = new (input: object) => ListCopyJobSummariesCommand;

export interface PageOptions {
  /** A client of the region, made with `maxAttempts: 1`: retries are `retry`'s alone. */
  readonly client: BackupClient;
  readonly retry: Retry;
  readonly signal: AbortSignal;
  /** Waited for before each request, further tries included. Default: requests are sent at once. */
  readonly pace?: Pace | undefined;
  readonly hooks: RequestHooks;
}

/** One of AWS Backup's lists. */
export interface PagedList {
  readonly operation: string;
  readonly region: string;
  readonly command: ListCommand;
  /** What each request asks; the NextToken aside. */
  readonly input: object;
  /** Throws `BrokenTransferError` for a document that is no page of the list. */
  readonly checkPage: (document: unknown, isFirst: boolean) => void;
}

/**
 * Reads a list page by page. The SDK signs and sends; the pages are the response bodies as they came, because the SDK's
 * parser fails a whole page for one odd value and drops fields it does not know.
 *
 * Throws `RequestError` when a page cannot be fetched, `TokenRefusedError` when AWS refused a request with a
 * NextToken, or the signal's reason.
 */
export function createPageSource(list: PagedList, options: PageOptions): PageSource {
  const { retry, hooks } = options;
  return {
    async fetchPage(token) {
      const input = { ...list.input, ...(token !== undefined && { NextToken: token }) };
      try {
        return await retry(() => sendOnce(options, list, input), {
          onRetry: ({ attempt, error }) => hooks.onRetry(attempt, describeAwsError(error)),
        });
      } catch (error) {
        throw asRequestError(error, list, token);
      }
    },
  };
}

async function sendOnce(
  { client, signal, pace, hooks }: PageOptions,
  { command: Command, checkPage }: PagedList,
  input: { readonly NextToken?: string },
): Promise<Page> {
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
  checkPage(parsed.document, input.NextToken === undefined);
  return { bytes: body, ...parsed };
}

const EMPTY_DOCUMENT = new TextEncoder().encode('{}');

interface HttpResponse {
  readonly statusCode: number;
  readonly body: AsyncIterable<Uint8Array>;
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

function asRequestError(
  error: unknown,
  { operation, region }: Pick<PagedList, 'operation' | 'region'>,
  token: string | undefined,
): unknown {
  const { recovery, validation, aborted, name } = classifyAwsError(error);
  if (error instanceof LedgerError || aborted) return error;
  const message = `${operation} in ${region}: ${describeAwsError(error)}`;
  if (validation && token !== undefined) return new TokenRefusedError(message, { cause: error });
  const asked =
    name === 'AccessDeniedException' ? `; the caller needs backup:${operation}` : retryHint(recovery);
  return new RequestError(recovery, `${message}${asked}`, { cause: error });
}
