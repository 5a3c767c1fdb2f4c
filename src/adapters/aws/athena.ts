import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsOutput,
  type QueryExecution,
  QueryExecutionState,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { show } from '../../domain/show.ts';
import { PaginationLoopError } from '../../errors.ts';
import type { AnswerColumn, QueryEngine, QueryUsage } from '../../ports.ts';
import { checkedResults } from './athena-results.ts';
import { asAthenaError, asQueryFailure } from './athena-errors.ts';
import { BrokenTransferError } from './errors.ts';
import { type Retry } from './retry.ts';
import { pause } from '../back-off.ts';

export interface AthenaOptions {
  /** Made with `maxAttempts: 1`: retries are `retry`'s alone. */
  readonly client: AthenaClient;
  /** Glue database in which names are looked up. */
  readonly database: string;
  /** Default: Athena's own, `primary`. */
  readonly workgroup?: string | undefined;
  /** Where Athena puts results; default: what the workgroup says. */
  readonly outputLocation?: string | undefined;
  readonly retry: Retry;
  /** Makes a text that nobody made before: a start whose answer was lost is sent again under the same one. */
  readonly newToken: () => string;
  /** Ends a running query, on Athena too, and throws its reason. */
  readonly signal: AbortSignal;
  /** First and longest wait between two looks at a running query, in milliseconds. Default: 200 and 2,000. */
  readonly polling?: { readonly first: number; readonly longest: number };
}

/** How long stopping a query may take once the caller has gone, in milliseconds. */
const STOP_MS = 3_000;

/** SQL on Athena: start, look until it ended, page through the results. */
export function createAthena(options: AthenaOptions): QueryEngine {
  const { client, signal } = options;
  return {
    async run(sql) {
      const id = await asking(options, () => start(options, sql));
      try {
        const execution = await ended(options, id);
        const first = await resultsOf(options, id, undefined);
        return {
          columns: columnsOf(first),
          rows: rowsOf(first, (token) => resultsOf(options, id, token)),
          usage: usageOf(execution),
        };
      } catch (error) {
        if (signal.aborted) await stop(client, id);
        throw error;
      }
    },
    close: () => undefined,
  };
}

async function start(options: AthenaOptions, sql: string): Promise<string> {
  const { client, database, workgroup, outputLocation, signal } = options;
  const command = new StartQueryExecutionCommand({
    QueryString: sql,
    QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: database },
    ClientRequestToken: options.newToken(),
    ...(workgroup && { WorkGroup: workgroup }),
    ...(outputLocation && { ResultConfiguration: { OutputLocation: outputLocation } }),
  });
  return options.retry(async () => {
    const { QueryExecutionId } = await client.send(command, { abortSignal: signal });
    if (typeof QueryExecutionId !== 'string' || QueryExecutionId === '')
      throw new BrokenTransferError('Athena started a query without naming it');
    return QueryExecutionId;
  });
}

/** Waits until the query has ended well. */
async function ended(options: AthenaOptions, id: string): Promise<QueryExecution> {
  const { signal, polling = { first: 200, longest: 2_000 } } = options;
  for (let wait = polling.first; ; wait = Math.min(wait * 1.5, polling.longest)) {
    const execution = await asking(options, () => options.retry(() => look(options, id)));
    const { State, StateChangeReason, AthenaError } = execution.Status ?? {};
    if (State === 'SUCCEEDED') return execution;
    if (State === 'FAILED' || State === 'CANCELLED') {
      const said: unknown = StateChangeReason ?? `the query is ${State}`;
      throw asQueryFailure({ reason: typeof said === 'string' ? said : show(said), error: AthenaError });
    }
    await pause(wait, signal);
  }
}

/** Throws `BrokenTransferError` for an answer that does not say how the query is: it would be waited for without end. */
async function look({ client, signal }: AthenaOptions, id: string): Promise<QueryExecution> {
  const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
  const { QueryExecution: execution } = await client.send(command, { abortSignal: signal });
  const state: unknown = execution?.Status?.State;
  if (!execution || !states.has(state)) throw new BrokenTransferError('Athena does not say how the query is');
  return execution;
}

const states: ReadonlySet<unknown> = new Set(Object.values(QueryExecutionState));

function resultsOf(
  options: AthenaOptions,
  id: string,
  token: string | undefined,
): Promise<GetQueryResultsOutput> {
  const { client, retry, signal } = options;
  const command = new GetQueryResultsCommand({ QueryExecutionId: id, ...(token && { NextToken: token }) });
  return asking(options, () =>
    retry(async () => checkedResults(await client.send(command, { abortSignal: signal }))),
  );
}

async function* rowsOf(
  first: GetQueryResultsOutput,
  next: (token: string) => Promise<GetQueryResultsOutput>,
): AsyncIterable<readonly (string | null)[]> {
  const width = columnsOf(first).length;
  // The first row of a SELECT names the columns; statements such as SHOW TABLES have no such row.
  const names = columnsOf(first).map(({ name }) => name);
  let rows = cellsOf(first, width);
  if (rows[0]?.join('\n') === names.join('\n')) rows = rows.slice(1);
  let pages = 1;
  for (let page = first; ; rows = cellsOf(page, width)) {
    yield* rows;
    const token = page.NextToken;
    if (!token) return;
    page = await next(token);
    pages += 1;
    if (page.NextToken === token) throw new PaginationLoopError(pages);
  }
}

function cellsOf({ ResultSet }: GetQueryResultsOutput, width: number): (string | null)[][] {
  return (ResultSet?.Rows ?? []).map(({ Data }) =>
    Array.from({ length: width }, (_, index) => Data?.[index]?.VarCharValue ?? null),
  );
}

const numbers = new Set(['tinyint', 'smallint', 'integer', 'bigint', 'float', 'real', 'double', 'decimal']);

function columnsOf({ ResultSet }: GetQueryResultsOutput): AnswerColumn[] {
  return (ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Label, Name, Type = '' }) => {
    const type = numbers.has(Type) ? 'number' : Type === 'boolean' ? 'boolean' : 'text';
    return { name: Label ?? Name ?? '', type };
  });
}

function usageOf({ Statistics }: QueryExecution): QueryUsage {
  return {
    scannedBytes: Statistics?.DataScannedInBytes ?? 0,
    engineMs: Statistics?.TotalExecutionTimeInMillis ?? 0,
  };
}

/** Asks Athena not to go on with what nobody waits for; a query that cannot be stopped ends by itself. */
async function stop(client: AthenaClient, id: string): Promise<void> {
  const command = new StopQueryExecutionCommand({ QueryExecutionId: id });
  const soon = { abortSignal: AbortSignal.timeout(STOP_MS) };
  await client.send(command, soon).catch(() => undefined);
}

async function asking<T>({ signal }: AthenaOptions, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw signal.aborted ? signal.reason : asAthenaError(error);
  }
}
