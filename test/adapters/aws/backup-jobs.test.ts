import { BackupClient } from '@aws-sdk/client-backup';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factsOf, type Kind, kindNames } from '../../../schemas/kinds.ts';
import { createJobSource } from '../../../src/adapters/aws/backup-jobs.ts';
import { createRetry } from '../../../src/adapters/aws/retry.ts';
import { RequestError, TokenRefusedError } from '../../../src/errors.ts';
import type { JobListRequest } from '../../../src/ports.ts';
import { type Fault, type Simulator, startSimulator } from '../../../src/simulator/index.ts';
import { startAnsweringServer } from '../../fixtures/answering-server.ts';

const NOW = Date.UTC(2026, 10, 23, 3);

let simulator: Simulator;
let client: BackupClient;
beforeEach(async () => {
  simulator = await startSimulator({ summaries: 30, now: NOW });
  client = new BackupClient({
    region: 'eu-west-1',
    endpoint: simulator.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await simulator.close();
});

function source(kind: Kind, request: Partial<JobListRequest> = {}, faults: readonly Fault[] = []) {
  simulator.setFaults(faults);
  const { signal } = new AbortController();
  const retry = createRetry({ maxAttempts: 3, minDelayMs: 1, maxDelayMs: 2, signal, now: () => NOW });
  const hooks = { onRequest: () => undefined, onRetry: () => undefined };
  const slice = { kind, region: 'eu-west-1' };
  return createJobSource({
    client,
    slice,
    request: { account: '*', before: NOW, ...request },
    retry,
    signal,
    hooks,
  });
}

type Jobs = readonly Readonly<Record<string, unknown>>[];
type Listed = Readonly<Record<string, Jobs>> & { readonly NextToken: string | null };

async function firstPage(kind: Kind, request: Partial<JobListRequest> = {}) {
  const { document } = await source(kind, request).fetchPage(undefined);
  const listed = document as Listed;
  return { jobs: listed[factsOf(kind).jobList.resultList]!, token: listed.NextToken };
}

describe.each(kindNames)('the list of %s jobs', (kind) => {
  it('comes as it was sent, a thousand a page', async () => {
    const { jobs, token } = await firstPage(kind);
    expect(jobs).toHaveLength(1000);
    expect(jobs[0]).toHaveProperty(factsOf(kind).jobList.id);
    expect(typeof jobs[0]?.['CreationDate']).toBe('number');
    expect(typeof token).toBe('string');
  });

  it('ends at an instant', async () => {
    const before = NOW - 5 * 86_400_000;
    const { jobs } = await firstPage(kind, { before });
    const field = factsOf(kind).jobList.byCreation ? 'CreationDate' : 'CompletionDate';
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.filter((job) => Number(job[field]) * 1000 >= before)).toEqual([]);
  });

  it('is of all accounts, of one, or of the own', async () => {
    const accountsOf = async (account: string | undefined) => {
      const { jobs } = await firstPage(kind, { account });
      return new Set(jobs.map((job) => job['AccountId']));
    };
    const [own, other] = simulator.accounts;
    expect((await accountsOf('*')).size).toBe(simulator.accounts.length);
    expect(await accountsOf(other)).toEqual(new Set([other]));
    expect(await accountsOf(undefined)).toEqual(new Set([own]));
  });
});

it('a right that lacks is named', async () => {
  const failure = source('copy', {}, [{ fault: 'access-denied', of: 'jobs' }]).fetchPage(undefined);
  await expect(failure).rejects.toThrow(/ListCopyJobs in eu-west-1: .*the caller needs backup:ListCopyJobs$/);
  await expect(failure).rejects.toBeInstanceOf(RequestError);
});

it('a refused token asks to begin again', async () => {
  await expect(source('copy').fetchPage('forged')).rejects.toBeInstanceOf(TokenRefusedError);
});

const NO_LIST: unknown = expect.stringContaining('the answer has no CopyJobs');

it.each([
  ['{"message":"Internal server error"}', NO_LIST, 2],
  ['{"NextToken":null}', NO_LIST, 2],
  ['{"CopyJobSummaries":[]}', NO_LIST, 2],
  ['{"NextToken":null,"CopyJobs":null}', null, 1],
  ['{"CopyJobs":[]}', [], 1],
])(
  'an answer without the list is a broken transfer, one with an empty list is none: %s',
  async (body, outcome, requests) => {
    const server = await startAnsweringServer();
    server.give({ status: 200, headers: {}, body });
    const { signal } = new AbortController();
    const options = {
      client: new BackupClient({
        region: 'eu-west-1',
        endpoint: server.url,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
      }),
      slice: { kind: 'copy', region: 'eu-west-1' },
      request: { account: '*', before: NOW },
      retry: createRetry({ maxAttempts: 2, minDelayMs: 1, maxDelayMs: 2, signal, now: () => NOW }),
      signal,
      hooks: { onRequest: () => undefined, onRetry: () => undefined },
    } as const;
    const found = await createJobSource(options)
      .fetchPage(undefined)
      .then(
        ({ document }) => (document as Listed)['CopyJobs'],
        (error: Error) => error.message,
      );
    expect([found, server.requests]).toEqual([outcome, requests]);
    options.client.destroy();
    await server.close();
  },
);
