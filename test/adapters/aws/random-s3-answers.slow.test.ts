import { expect, it } from 'vitest';
import { LedgerError } from '../../../src/errors.ts';
import { choices } from '../../fixtures/choices.ts';
import { openTrial } from '../../fixtures/trial.ts';

/** Whatever a store answers, what comes of it is trouble or a setting, never a bug of ours. */

const statuses = [200, 200, 204, 206, 301, 304, 400, 403, 404, 409, 412, 416, 429, 500, 501, 503];
const codes = [
  'AccessDenied',
  'SlowDown',
  'NoSuchKey',
  'NoSuchBucket',
  'PreconditionFailed',
  '__proto__',
  'constructor',
  '',
  'X',
];
const bodies = [
  '',
  '{}',
  'null',
  '<html>',
  '<Error></Error>',
  '<Error><Code></Code></Error>',
  '<Error><Code>SlowDown</Code><Code>SlowDown</Code></Error>',
  '<Error><Message>5</Message></Error>',
  '<ListBucketResult></ListBucketResult>',
  '<ListBucketResult><IsTruncated>maybe</IsTruncated></ListBucketResult>',
  '<ListBucketResult><IsTruncated>false</IsTruncated><Contents>5</Contents></ListBucketResult>',
  '<?xml version="1.0"?>',
  '\u0000',
];

it.each(['GetObject', 'PutObject', 'ListObjectsV2'])(
  'two hundred random answers to %s never end in a bug',
  { timeout: 120_000 },
  async (operation) => {
    const trial = await openTrial({ on: 's3', summaries: 10 });
    await trial.pull();
    for (let seed = 0; seed < 200; seed++) {
      const { below, one } = choices(seed);
      const answer = {
        status: one(statuses),
        code: one(codes),
        ...(below(3) > 0 && { body: one(bodies) }),
      };
      let left = 1;
      trial.s3?.setFault((request) => (request.operation === operation && left-- > 0 ? answer : undefined));
      const work =
        operation === 'ListObjectsV2'
          ? trial.verify({ 'max-attempts': '1' })
          : trial.pull({ 'max-attempts': '1', 'no-raw': true });
      const recovery = await work.then(
        (result) =>
          'slices' in result ? (result.slices[0]?.error?.recovery ?? result.error?.recovery) : undefined,
        (error: unknown) => (error instanceof LedgerError ? error.recovery : error),
      );
      expect([undefined, 'retry-later', 'fix-config', 'fix-data'], JSON.stringify(answer)).toContain(
        recovery,
      );
      trial.s3?.setFault(undefined);
    }
    await trial.close();
  },
);
