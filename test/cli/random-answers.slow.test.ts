import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCliHere } from '../fixtures/cli.ts';
import {
  type AnsweringServer,
  type GivenAnswer,
  startAnsweringServer,
} from '../fixtures/answering-server.ts';
import { choices } from '../fixtures/choices.ts';

/** Nothing that S3, STS, Athena, Glue or AWS's list of regions says is a bug of ours, or waited for without end. */

let server: AnsweringServer;
beforeAll(async () => {
  server = await startAnsweringServer();
});
afterAll(() => server.close());

const onS3 = ['--ledger', 's3://a-bucket/prefix', '--s3-path-style'];
const role = ['--assume-role', 'arn:aws:iam::{account}:role/x', '--accounts', '111122223333'];
const commands: readonly (readonly string[])[] = [
  ['verify', ...onS3],
  ['pull', ...onS3, '--deadline', '20s'],
  ['pull', '--dry-run', '--region', 'all', '--deadline', '20s'],
  ['pull', '--dry-run', ...role, '--deadline', '20s'],
  ['query', ...onS3, '--output-location', 's3://results/athena/', 'SELECT 1'],
  ['doctor', ...onS3, '--kind', 'copy'],
];

const values: readonly unknown[] = [
  5,
  null,
  {},
  [],
  'x',
  { toString: 1 },
  '__proto__',
  'constructor',
  'ThrottlingException',
  'InvalidRequestException',
  'NoSuchKey',
  '\ud800',
];
const executions: readonly unknown[] = [
  5,
  {},
  { Status: 5 },
  { Status: { State: 'x' } },
  { Status: { State: 'FAILED', StateChangeReason: {} } },
  { Status: { State: 'SUCCEEDED' } },
];
const results: readonly unknown[] = [
  5,
  {},
  { Rows: [5] },
  { Rows: [{ Data: [5] }], ResultSetMetadata: { ColumnInfo: [5] } },
];
const statuses = [200, 200, 200, 200, 204, 206, 301, 307, 400, 403, 404, 409, 412, 416, 429, 500, 501, 503];

const tag = (name: string, content: string): string => `<${name}>${content}</${name}>`;
const roots = [
  'Error',
  'ErrorResponse',
  'ListBucketResult',
  'AssumeRoleResponse',
  'GetCallerIdentityResponse',
];
const parts = ['Code', 'Error', 'Contents', 'AssumeRoleResult', 'GetCallerIdentityResult', 'IsTruncated'];
const credentials =
  tag('AccessKeyId', 'a') + tag('SecretAccessKey', 'b') + tag('SessionToken', 'c') + tag('Expiration', 'x');
const contents = [
  '',
  'true',
  'NoSuchKey',
  '__proto__',
  '&#0;',
  '&bad;',
  tag('Code', 'AccessDenied'),
  tag('Code', 'constructor'),
  tag('Key', 'a'),
  tag('Key', '%zz') + tag('Size', 'x'),
  tag('Credentials', credentials),
];

function answerOf(seed: number): GivenAnswer {
  const { below, one } = choices(seed);
  const json = JSON.stringify({
    __type: one(values),
    message: one(values),
    Message: one(values),
    code: one(values),
    Regions: one([...values, [{ RegionName: 5 }], [5], [], {}, [{ RegionName: 'eu-west-1' }]]),
    NextToken: one(values),
    QueryExecutionId: one(values),
    QueryExecution: one(executions),
    ResultSet: one(results),
    Database: one([5, {}, { Name: 5 }]),
    Table: one([5, {}]),
  });
  const xml = tag(
    one(roots),
    tag(one(parts), one(contents)) +
      tag('IsTruncated', one(['true', 'false', '', '5'])) +
      tag('EncodingType', 'url'),
  );
  const headers = {
    ...(below(2) && { 'x-amzn-errortype': one(['constructor', '__proto__', 'X:y', 'a b']) }),
    ...(below(2) && { etag: one(['"e"', 'W/"e"', '']) }),
    ...(below(3) === 0 && { 'content-range': 'x' }),
    ...(below(3) === 0 && { 'last-modified': 'no date' }),
    ...(below(3) === 0 && { 'x-amz-checksum-crc32': 'AAAA' }),
    ...(below(4) === 0 && { 'content-encoding': 'gzip' }),
    ...(below(4) === 0 && { location: 'nowhere' }),
    ...(below(4) === 0 && { 'x-amz-bucket-region': one(['x', 'us-east-1', '../']) }),
  };
  const body = one([json, json, json, xml, xml, xml, json.slice(0, -3), xml.slice(0, -4), '', '[]', 'null']);
  return { status: one(statuses), headers, body };
}

describe('three hundred random answers', () => {
  it.each(commands.map((command, index) => [command[0], index, command] as const))(
    '%s (%i) never ends in a bug, and always ends',
    { timeout: 120_000 },
    async (_name, index, command) => {
      const env = {
        AWS_ENDPOINT_URL: server.url,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      };
      const ledger = command.includes('--ledger') ? [] : ['--ledger', join(server.folder, 'ledger')];
      for (let seed = index * 50; seed < (index + 1) * 50; seed++) {
        const answer = answerOf(seed);
        server.give(answer);
        const flags = [...ledger, '--max-attempts', '1', '--log-level', 'silent'];
        const { code, stdout, stderr } = await runCliHere([...command, ...flags], env);
        expect([0, 64, 65, 75, 78], JSON.stringify({ ...answer, stdout, stderr })).toContain(code);
        expect(stdout + stderr).not.toMatch(/\n\s+at |"report-bug"/);
      }
    },
  );
});
