import * as sdk from '@aws-sdk/client-backup';
import {
  BackupClient,
  ListCopyJobSummariesCommand,
  type ListCopyJobSummariesCommandInput,
} from '@aws-sdk/client-backup';
import { factsOf, type Kind } from '../../schemas/kinds.ts';
import type { Simulator, SimulatorOptions, SummaryItem } from '../../src/simulator/index.ts';
import { startSimulator } from '../../src/simulator/index.ts';

export const REGION = 'eu-west-1';
export const DAY = 86_400_000;
export const everything = {
  AccountId: 'ANY',
  State: 'ANY',
  ResourceType: 'ANY',
  MessageCategory: 'ANY',
  AggregationPeriod: 'ONE_DAY',
} as const satisfies ListCopyJobSummariesCommandInput;

/** Runs a test against a simulator of its own. */
export async function withSimulator(
  options: SimulatorOptions,
  test: (simulator: Simulator) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator(options);
  try {
    await test(simulator);
  } finally {
    await simulator.close();
  }
}

export function clientOf(simulator: Simulator, region = REGION): BackupClient {
  return new BackupClient({
    region,
    endpoint: simulator.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

/** One page of copy summaries through the SDK. */
export function askCopy(simulator: Simulator, input: ListCopyJobSummariesCommandInput = {}) {
  return clientOf(simulator).send(new ListCopyJobSummariesCommand({ ...everything, ...input }));
}

type AnyPage = Readonly<Record<string, unknown>> & { readonly NextToken?: string | undefined };

/** The commands differ in the types of what they are given and answer. */
type AnyCommand = new (input: object) => ListCopyJobSummariesCommand;
const commands = sdk as unknown as Readonly<Record<string, AnyCommand>>;

/** Every page through the SDK, rows with times as the SDK parsed them. */
export async function readAll(
  simulator: Simulator,
  kind: Kind,
  input: Readonly<Record<string, string | number>> = {},
): Promise<Record<string, unknown>[]> {
  const client = clientOf(simulator);
  const Command = commands[`${factsOf(kind).operation}Command`]!;
  const rows: Record<string, unknown>[] = [];
  let token: string | undefined;
  do {
    const answer: object = await client.send(new Command({ ...everything, ...input, NextToken: token }));
    const page = answer as AnyPage;
    rows.push(...(page[factsOf(kind).resultList] as Record<string, unknown>[]));
    token = page.NextToken;
  } while (token !== undefined);
  return rows;
}

/** Every page of a kind's jobs through the SDK, as it parsed them. */
export async function readJobs(
  simulator: Simulator,
  kind: Kind,
  input: Readonly<Record<string, unknown>> = {},
  region = REGION,
): Promise<Record<string, unknown>[]> {
  const client = clientOf(simulator, region);
  const { operation, resultList } = factsOf(kind).jobList;
  const Command = commands[`${operation}Command`]!;
  const jobs: Record<string, unknown>[] = [];
  let token: string | undefined;
  do {
    const answer: object = await client.send(
      new Command({ ByAccountId: '*', ...input, ...(token && { NextToken: token }) }),
    );
    const page = answer as AnyPage;
    jobs.push(...(page[resultList] as Record<string, unknown>[]));
    token = page.NextToken ?? undefined;
  } while (token !== undefined);
  return jobs;
}

/** One page as text, with nothing between the test and the wire. */
export async function fetchText(
  simulator: Simulator,
  query: Readonly<Record<string, string>> = {},
  {
    kind = 'copy',
    region = REGION,
    path = factsOf(kind).path,
  }: { readonly kind?: Kind; readonly region?: string; readonly path?: string } = {},
): Promise<Response> {
  return fetch(`${simulator.url}${path}?${new URLSearchParams(query).toString()}`, {
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20261123/${region}/backup/aws4_request, x` },
  });
}

/** Rows of either origin in one form and order, to be compared. */
export function canonical(rows: readonly object[]): string[] {
  return rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .map(
            ([name, value]) =>
              [name, value instanceof Date ? value.getTime() / 1000 : (value as unknown)] as const,
          )
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
    )
    .toSorted();
}

export function sum(rows: readonly { readonly Count?: unknown }[]): number {
  return rows.reduce((total, { Count }) => total + Number(Count), 0);
}

export function daysOf(rows: readonly Pick<SummaryItem, 'StartTime'>[]): string[] {
  return [
    ...new Set(rows.map(({ StartTime }) => new Date(StartTime * 1000).toISOString().slice(0, 10))),
  ].toSorted();
}
