import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  account,
  accountId,
  anyText,
  duration,
  instant,
  json,
  ledgerPlace,
  oneOf,
  percentage,
  region,
  share,
  tableName,
  wholeNumber,
} from '../../src/config/values.ts';

describe('a duration', () => {
  it.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['36h', 129_600_000],
    ['10d', 864_000_000],
    ['1s', 1000],
  ])('is written %s', (text, value) => {
    expect(duration(text)).toEqual({ value });
  });

  it.each(['', '30', '0s', '-1s', '1.5h', '30 s', '30ms', '1h30m', 'h', '1w', '01s', '30S', '1234567s'])(
    'is not written %j',
    (text) => {
      expect(duration(text)).toEqual({ expected: 'a duration such as 30s, 15m, 36h or 10d' });
    },
  );
});

describe('a whole number', () => {
  it.each([
    ['1', 1],
    ['500', 500],
    ['007', 7],
  ])('is written %s', (text, value) => {
    expect(wholeNumber(1, 500)(text)).toEqual({ value });
  });

  it.each(['', '0', '501', '-1', '+1', '1.0', '1e2', '0x10', ' 1', '1_000', 'Infinity', '9'.repeat(400)])(
    'from 1 to 500 is not %j',
    (text) => {
      expect(wholeNumber(1, 500)(text)).toEqual({ expected: 'a whole number from 1 to 500' });
    },
  );
});

describe('a percentage', () => {
  it.each([
    ['95', 95],
    ['99.5', 99.5],
    ['99.5%', 99.5],
    ['95 %', 95],
    ['0.57', 57],
    ['0.995', 99.5],
    ['1', 100],
    ['1%', 1],
    ['0.5%', 0.5],
    ['0', 0],
    ['100', 100],
  ])('is written %s', (text, value) => {
    expect(percentage(text)).toEqual({ value });
  });

  it.each(['', '101', '100.1', '-5', '.5', '95,5', '1e2', 'half', '95 percent', 'Infinity'])(
    'is not written %j',
    (text) => {
      expect(percentage(text)).toEqual({
        expected: 'a percentage such as 95 or 99.5, or a share such as 0.95',
      });
    },
  );
});

describe('an instant', () => {
  it.each([
    ['2026-11-23T03:30:00Z', Date.UTC(2026, 10, 23, 3, 30)],
    ['2026-11-23T03:30:00.123+01:00', Date.UTC(2026, 10, 23, 2, 30, 0, 123)],
  ])('is written %s', (text, value) => {
    expect(instant(text)).toEqual({ value });
  });

  it.each(['', '2026-11-23', '2026-11-23T03:30:00', '2026-13-01T00:00:00Z', 'now', '1795402805'])(
    'is not written %j',
    (text) => {
      expect(instant(text)).toEqual({ expected: 'an instant such as 2026-11-23T03:30:00Z' });
    },
  );
});

describe('a share', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['0.25', 0.25],
    ['1.0', 1],
  ])('is written %s', (text, value) => {
    expect(share(text)).toEqual({ value });
  });

  it.each(['', '.5', '1.1', '2', '-0.1', '50%', '0.'])('is not written %j', (text) => {
    expect(share(text)).toEqual({ expected: 'a share from 0 to 1' });
  });
});

describe('a ledger', () => {
  it.each([
    ['s3://my-bucket', 'my-bucket', ''],
    ['s3://my-bucket/', 'my-bucket', ''],
    ['s3://my.bucket-1/backup-ledger', 'my.bucket-1', 'backup-ledger'],
    ['s3://my-bucket/a/b c/', 'my-bucket', 'a/b c'],
    ['s3://my-bucket/..hidden', 'my-bucket', '..hidden'],
  ])('in a bucket is written %s', (text, bucket, prefix) => {
    expect(ledgerPlace(text)).toEqual({ value: { type: 's3', bucket, prefix } });
  });

  it.each(['./ledger', 'ledger', '../ledger', '/var/ledger', 'C:ledger'])(
    'in a folder is written %s',
    (text) => {
      expect(ledgerPlace(text)).toEqual({ value: { type: 'folder', path: resolve(text) } });
    },
  );

  it.each([
    '',
    's3://',
    's3:///prefix',
    's3://My-Bucket/x',
    's3://ab',
    's3://-bucket',
    's3://bucket_name',
    `s3://${'b'.repeat(64)}`,
    's3://my-bucket/..',
    's3://my-bucket/a/../b',
    's3://my-bucket/./a',
    's3://my-bucket/a//b',
    's3://my-bucket/\ud800',
    'S3://my-bucket',
    'gs://my-bucket/x',
    'https://my-bucket.s3.amazonaws.com/x',
    'file:///var/ledger',
  ])('is not written %j', (text) => {
    expect(ledgerPlace(text)).toEqual({ expected: 's3://bucket/prefix or a local folder' });
  });

  it('names an access point by its alias', () => {
    const arn = 'arn:aws:s3:eu-west-1:111111111111:accesspoint/ledger/prefix';
    for (const text of [arn, `s3://${arn}`])
      expect(ledgerPlace(text)).toEqual({ expected: expect.stringContaining('by its alias') as string });
    const alias = 'ledger-abcdefghijklmnopqrstuvwxyz123456-s3alias';
    expect(ledgerPlace(`s3://${alias}/prefix`)).toEqual({
      value: { type: 's3', bucket: alias, prefix: 'prefix' },
    });
  });
});

describe('other values', () => {
  it.each([
    [account, '123456789012'],
    [account, 'ANY'],
    [account, 'AGGREGATE_ALL'],
    [accountId, '123456789012'],
    [region, 'eu-west-1'],
    [tableName, 'copy_failures'],
    [tableName, 'raw_copies'],
    [anyText, 'SAP HANA on Amazon EC2'],
    [oneOf(['a', 'b']), 'b'],
  ])('%o takes %s as it is', (parse, text) => {
    expect(parse(text)).toEqual({ value: text });
  });

  it.each([
    [account, '12345678901'],
    [account, '1234567890123'],
    [account, 'any'],
    [account, ' 123456789012'],
    [account, '123456789012\n'],
    [account, 'ANYTHING'],
    [accountId, 'ANY'],
    [accountId, ''],
    [region, 'ANY'],
    [region, '../eu-west-1'],
    [region, ''],
    [tableName, 'raw'],
    [tableName, 'pulls'],
    [tableName, 'Copy'],
    [tableName, 'copy-failures'],
    [tableName, '_copy'],
    [tableName, '../copy'],
    [tableName, ''],
    [anyText, ''],
    [anyText, '\ud800'],
    [oneOf(['a', 'b']), 'A'],
    [oneOf(['a', 'b']), ''],
    [json, '{'],
    [json, ''],
  ])('%o does not take %j', (parse, text) => {
    expect(parse(text)).toEqual({ expected: expect.any(String) });
  });

  it('JSON is parsed', () => {
    expect(json('[{"fault":"throttling"}]')).toEqual({ value: [{ fault: 'throttling' }] });
  });
});
