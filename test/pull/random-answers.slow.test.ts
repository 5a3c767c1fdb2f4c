import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnsweringServer,
  type GivenAnswer,
  startAnsweringServer,
} from '../fixtures/answering-server.ts';
import { choices } from '../fixtures/choices.ts';
import { runCliHere } from '../fixtures/cli.ts';

/** Nothing an endpoint says is a bug of ours: whatever it answers, the exit code is that of bad data, of trouble, or of a setting. */

let server: AnsweringServer;
beforeAll(async () => {
  server = await startAnsweringServer();
});
afterAll(() => server.close());

async function pull(given: GivenAnswer, attempts = 1) {
  server.give(given);
  const found = await runCliHere(
    [
      'pull',
      '--ledger',
      join(server.folder, 'ledger'),
      '--region',
      'eu-west-1',
      '--reconcile',
      'off',
      '--max-attempts',
      String(attempts),
    ],
    {
      AWS_ENDPOINT_URL_BACKUP: server.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  );
  return { ...found, requests: server.requests };
}

const statuses = [
  200, 200, 200, 204, 301, 307, 400, 400, 401, 403, 404, 409, 413, 429, 429, 500, 502, 503, 503, 504, 529,
];
const names: readonly unknown[] = [
  'ThrottlingException',
  'AccessDeniedException',
  'ValidationException',
  '__proto__',
  'constructor',
  '',
  5,
  null,
  {},
  [],
  { toString: 1 },
];
const messages: readonly unknown[] = [
  5,
  null,
  {},
  [],
  true,
  'Rate exceeded',
  '',
  { a: [1] },
  Number.MAX_VALUE,
];
const rows: readonly unknown[] = [
  5,
  null,
  [],
  {},
  { Count: {} },
  { StartTime: [] },
  { Count: 1, StartTime: 'x' },
  { toString: 1 },
  { __proto__: null, hasOwnProperty: 1 },
];
const lists: readonly unknown[] = [
  undefined,
  null,
  [],
  rows,
  [rows],
  5,
  'CopyJobSummaries',
  {},
  [rows[1], rows[1]],
];
const tokens: readonly unknown[] = [undefined, null, '', 5, {}, [], '\ud800', 'next', 'x'.repeat(10_000)];

function answerOf(seed: number): GivenAnswer {
  const { below, one } = choices(seed);
  const body = JSON.stringify({
    ...(below(2) && { __type: one(names) }),
    ...(below(2) && { [one(['message', 'Message', 'errorMessage'])]: one(messages) }),
    ...(below(2) && { [one(['code', 'Code'])]: one(names) }),
    ...(below(2) && { CopyJobSummaries: one(lists) }),
    ...(below(2) && { NextToken: one(tokens) }),
    ...(below(2) && { AggregationPeriod: one([...messages, 'ONE_DAY']) }),
  });
  const headers = {
    ...(below(2) && { 'x-amzn-errortype': JSON.stringify(one(names)).replaceAll('"', '') }),
    ...(below(3) === 0 && { 'retry-after': one(['0', '-1', 'soon', '1e9', '']) }),
    ...(below(3) === 0 && { date: one(['yesterday', '', 'Mon, 23 Nov 2026 03:30:00 GMT']) }),
    ...(below(3) === 0 && { 'content-type': one(['text/html', 'application/json', 'x']) }),
    ...(below(4) === 0 && { 'x-amz-crc32': '1' }),
  };
  return {
    status: one(statuses),
    headers,
    body: one([body, body, body, body.slice(0, -1), '', 'null', '5', '"x"', '[]', '<html>']),
  };
}

describe('six hundred random answers', () => {
  it.each(Array.from({ length: 12 }, (_, index) => index))(
    'never end in a bug: part %i',
    { timeout: 60_000 },
    async (part) => {
      for (let index = 0; index < 50; index++) {
        const given = answerOf(part * 50 + index);
        const { code, stderr, stdout } = await pull(given);
        expect([0, 65, 75, 78], JSON.stringify({ ...given, stdout, stderr })).toContain(code);
        expect(stderr).not.toMatch(/\n\s+at /);
      }
    },
  );
});

describe('an answer that cannot be read', () => {
  it.each([
    [503, '{"message":5}'],
    [503, '{"message":{}}'],
    [429, '{"Message":7}'],
    [500, '{"message":null,"__type":5}'],
  ])('of status %i is tried again: %s', async (status, body) => {
    const { code, requests: asked } = await pull({ status, headers: {}, body }, 2);
    expect({ code, asked }).toEqual({ code: 75, asked: 2 });
  });

  it.each([
    ['a NextToken with half a character', '{"CopyJobSummaries":[],"NextToken":"\\ud800"}'],
    ['an item nested 200,000 deep', `{"CopyJobSummaries":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}`],
    [
      'a field nested 200,000 deep',
      `{"CopyJobSummaries":[{"Count":${'['.repeat(200_000)}${']'.repeat(200_000)}}]}`,
    ],
    ['a list that is there twice', '{"CopyJobSummaries":[],"CopyJobSummaries":[]}'],
    [
      'a count that would be rounded',
      `{"CopyJobSummaries":[{"Count":4.9999999999999999,"StartTime":${Math.floor(Date.now() / 86_400_000) * 86_400}}]}`,
    ],
  ])('is bad data: %s', async (_, body) => {
    const { code, stderr } = await pull({ status: 200, headers: {}, body });
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(65);
  });
});

it('a header that is none is a broken transfer', async () => {
  const raw = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nx-a: \u0001b\u0000\r\n\r\n{}'));
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  const { port } = raw.address() as AddressInfo;
  const { code } = await runCliHere(
    ['pull', '--ledger', join(server.folder, 'other'), '--region', 'eu-west-1', '--max-attempts', '1'],
    {
      AWS_ENDPOINT_URL_BACKUP: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  );
  expect(code).toBe(75);
  raw.close();
});
