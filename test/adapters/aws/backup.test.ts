import { BackupClient } from '@aws-sdk/client-backup';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSummarySource } from '../../../src/adapters/aws/backup.ts';
import { createRetry } from '../../../src/adapters/aws/retry.ts';
import { RequestError, TokenRefusedError } from '../../../src/errors.ts';
import { type Fault, type Simulator, startSimulator } from '../../../src/simulator/index.ts';
import { aSlice } from '../../fixtures/builders.ts';

let simulator: Simulator;
let client: BackupClient;
beforeEach(async () => {
  simulator = await startSimulator({ summaries: 100 });
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

function source(
  faults: readonly Fault[] = [],
  { signal = new AbortController().signal, maxAttempts = 3 } = {},
) {
  simulator.setFaults(faults);
  const told = { requests: 0, retries: [] as string[] };
  const hooks = {
    onRequest: () => (told.requests += 1),
    onRetry: (_attempt: number, reason: string) => told.retries.push(reason),
  };
  const retry = createRetry({ maxAttempts, minDelayMs: 1, maxDelayMs: 2, signal, now: () => 0 });
  const options = { client, slice: aSlice(), pageSize: 20, retry, signal, hooks };
  return { ...createSummarySource(options), told };
}

it('hands on the body as it came: odd times, unknown fields and all', async () => {
  const items = '{"StartTime":"yesterday","Shard":"a","Count":1.5}';
  const { document } = await source([{ fault: 'raw', items, replace: true }]).fetchPage(undefined);
  expect(document).toMatchObject({ CopyJobSummaries: [{ StartTime: 'yesterday', Shard: 'a', Count: 1.5 }] });
});

it('tries again through throttling and broken transfers, and tells each', async () => {
  const faults: Fault[] = [
    { fault: 'throttling', times: 1 },
    { fault: 'truncated-json', times: 1 },
  ];
  const { fetchPage, told } = source(faults);
  await fetchPage(undefined);
  expect(told.requests).toBe(3);
  expect(told.retries).toEqual([
    expect.stringContaining('ThrottlingException (400)'),
    expect.stringContaining('not JSON'),
  ]);
});

/** Answers with the given bodies in turn, the last one for ever. */
async function answering(bodies: readonly string[]) {
  let asked = 0;
  const server = createServer((_request, response) => {
    response.end(bodies[Math.min(asked++, bodies.length - 1)]);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  client = new BackupClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  return { ...source(), stop: () => server.close().closeAllConnections() };
}

const noPages = [
  '{"message":"Internal server error"}',
  '{"__type":"ThrottlingException"}',
  '{}',
  '{"CopyJobSummaries":null}',
  '{"BackupJobSummaries":[],"AggregationPeriod":"ONE_DAY"}',
];

it.each(noPages)('a 200 without the list ends no pages, it is a broken transfer: %s', async (body) => {
  const page = '{"CopyJobSummaries":[],"AggregationPeriod":"ONE_DAY"}';
  for (const token of [undefined, 'more']) {
    const { fetchPage, told, stop } = await answering([body, page]);
    expect((await fetchPage(token)).document).toEqual(JSON.parse(page));
    expect(told.retries).toEqual([expect.stringContaining('the answer has no CopyJobSummaries')]);
    stop();
  }
  const { fetchPage, stop } = await answering([body]);
  await expect(fetchPage('more')).rejects.toMatchObject({ recovery: 'retry-later' });
  stop();
});

it('a first page that says what it was asked and nothing else is an empty answer; a later one is not', async () => {
  const { fetchPage, told, stop } = await answering(['{"AggregationPeriod":"ONE_DAY"}']);
  await fetchPage(undefined);
  expect(told.retries).toEqual([]);
  await expect(fetchPage('more')).rejects.toMatchObject({ recovery: 'retry-later' });
  stop();
});

it('waits as long as Retry-After says', async () => {
  const began = performance.now();
  await source([{ fault: 'throttling', retryAfterSeconds: 1, times: 1 }]).fetchPage(undefined);
  expect(performance.now() - began).toBeGreaterThanOrEqual(990);
});

it('never tries again when permission is missing', async () => {
  const { fetchPage, told } = source([{ fault: 'access-denied' }]);
  const failure = fetchPage(undefined);
  await expect(failure).rejects.toBeInstanceOf(RequestError);
  await expect(failure).rejects.toMatchObject({
    recovery: 'fix-config',
    message: expect.stringMatching(
      /^ListCopyJobSummaries in eu-west-1: AccessDeniedException \(403\): .*; the caller needs backup:ListCopyJobSummaries$/,
    ),
    cause: expect.objectContaining({ name: 'AccessDeniedException' }),
  });
  expect(told.requests).toBe(1);
});

it('tells a refused token from a refused request', async () => {
  await expect(source().fetchPage('forged')).rejects.toBeInstanceOf(TokenRefusedError);
  const { document } = await source().fetchPage(undefined);
  const { NextToken } = document as { NextToken: string };
  await expect(source([{ fault: 'expired-token' }]).fetchPage(NextToken)).rejects.toBeInstanceOf(
    TokenRefusedError,
  );
});

it('ends a request in flight when the signal says so, with its reason', async () => {
  const controller = new AbortController();
  const { fetchPage } = source([{ fault: 'hang' }], { signal: controller.signal });
  const failure = fetchPage(undefined);
  setTimeout(() => controller.abort(new Error('enough')), 50);
  await expect(failure).rejects.toThrow('enough');
});
