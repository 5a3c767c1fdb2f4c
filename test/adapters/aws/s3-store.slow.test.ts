import { Readable } from 'node:stream';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { HttpResponse } from '@smithy/core/protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRetry } from '../../../src/adapters/aws/retry.ts';
import { createS3Store, type S3StoreOptions } from '../../../src/adapters/aws/s3-store.ts';
import { InterruptedError, StoreError } from '../../../src/errors.ts';
import { type S3Fault, type S3Server, startS3Server } from '../../fixtures/s3-server.ts';
import { bytes, describeObjectStore, text } from '../object-store.contract.ts';
import { listAll } from '../object-store.contract-work.ts';

const ifAbsent = { ifAbsent: true } as const;
const OWNER = '111122223333';
let server: S3Server;

beforeEach(async () => {
  server = await startS3Server({ pageSize: 3 });
});
afterEach(() => server.close());

function aClient(config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
    ...config,
  });
}

function aStore(options: Partial<S3StoreOptions> = {}) {
  const retry = createRetry({
    maxAttempts: 3,
    minDelayMs: 1,
    maxDelayMs: 5,
    signal: options.signal,
    now: Date.now,
  });
  return createS3Store({ client: aClient(), bucket: 'ledger', prefix: 'some/prefix', retry, ...options });
}

/** A fault on the first `times` requests. */
function faults(fault: S3Fault, times = Infinity): void {
  let left = times;
  server.setFault(() => (left-- > 0 ? fault : undefined));
}

async function failureOf(promise: Promise<unknown>): Promise<StoreError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

/** For many requests at once on a busy machine: a slow answer is no fault there. */
function aPatientStore(prefix: string) {
  const requestHandler = { requestTimeout: 30_000, throwOnRequestTimeout: true };
  return aStore({ client: aClient({ requestHandler }), prefix });
}

describeObjectStore('S3', () => Promise.resolve(() => aPatientStore('some/prefix')));
describeObjectStore('S3 without a prefix', () => Promise.resolve(() => aPatientStore('')));

describe('keys', () => {
  it('are kept below the prefix', async () => {
    await aStore().put('pulls/1.json', bytes('x'), ifAbsent);
    expect([...server.objects.keys()]).toEqual(['ledger/some/prefix/pulls/1.json']);
  });

  it('of neighbours of the prefix, and the folder marker of the prefix itself, are not listed', async () => {
    await aStore({ prefix: 'some' }).put('prefix2/x', bytes('x'), ifAbsent);
    await aStore({ prefix: 'some/prefix/' }).put('mine', bytes('x'), ifAbsent);
    const marker = server.objects.get('ledger/some/prefix/mine');
    if (marker) server.objects.set('ledger/some/prefix/', marker);
    expect(await listAll(aStore())).toEqual([{ key: 'mine', size: 1 }]);
  });

  it('may hold what XML does not keep', async () => {
    const store = aStore({ prefix: '' });
    const odd = ['\n', 'bell\u{7}', 'cr\r', '<&amp;>'];
    for (const key of odd) await store.put(key, bytes('x'), ifAbsent);
    expect((await listAll(store)).map(({ key }) => key)).toEqual(odd.toSorted());
  });
});

describe('versions', () => {
  it('are ETags as S3 wrote them', async () => {
    const put = await aStore().put('key', bytes('x'), ifAbsent);
    expect(put).toEqual({ written: true, version: server.objects.get('ledger/some/prefix/key')?.etag });
  });

  it.each([
    [412, 'PreconditionFailed'],
    [409, 'ConditionalRequestConflict'],
    [404, 'NoSuchKey'],
  ])('a %i %s is a lost race', async (status, code) => {
    faults({ status, code }, 1);
    expect(await aStore().put('key', bytes('x'), ifAbsent)).toEqual({ written: false });
    expect(server.requests).toHaveLength(1);
  });

  it('a put whose answer was lost meets its own object, and the caller finds its bytes there', async () => {
    faults('reset-after', 1);
    expect(await aStore().put('key', bytes('mine'), ifAbsent)).toEqual({ written: false });
    expect(text((await aStore().get('key'))?.bytes)).toBe('mine');
  });
});

describe('the bucket owner', () => {
  it('goes with every call', async () => {
    const store = aStore({ expectedBucketOwner: OWNER });
    const put = await store.put('key', bytes('x'), ifAbsent);
    if (put.written) await store.put('key', bytes('y'), { ifVersion: put.version });
    await store.get('key');
    await store.range('key', 0, 1);
    await listAll(store);
    expect(server.requests).toHaveLength(5);
    for (const { headers } of server.requests) expect(headers['x-amz-expected-bucket-owner']).toBe(OWNER);
  });

  it('is named when the bucket belongs to another', async () => {
    const store = aStore({ expectedBucketOwner: '999999999999' });
    const error = await failureOf(store.put('key', bytes('x'), ifAbsent));
    expect(error.recovery).toBe('fix-config');
    expect(error.message).toContain('must belong to account 999999999999');
  });
});

describe('encryption', () => {
  it('asks for the KMS key with a bucket key', async () => {
    await aStore({ kmsKey: 'arn:aws:kms:us-east-1:111122223333:key/k' }).put('key', bytes('x'), ifAbsent);
    expect(server.objects.get('ledger/some/prefix/key')?.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:us-east-1:111122223333:key/k',
      'x-amz-server-side-encryption-bucket-key-enabled': 'true',
    });
  });

  it('is left to the bucket without one', async () => {
    await aStore().put('key', bytes('x'), ifAbsent);
    expect(server.requests[0]?.headers).not.toHaveProperty('x-amz-server-side-encryption');
  });
});

describe('passing faults', () => {
  const passing: [string, S3Fault][] = [
    ['a throttled request', { status: 503, code: 'SlowDown' }],
    ['a throttled request of status 400', { status: 400, code: 'ThrottlingException' }],
    ['an internal error', { status: 500, code: 'InternalError' }],
    ['a page of HTML', { status: 502, code: '', body: '<html><body>Bad Gateway</body>' }],
    ['a reset connection', 'reset'],
    ['a lost answer', 'reset-after'],
    ['a body that ends early', 'truncate'],
    ['an answer that never comes', 'hang'],
  ];

  it.each([...passing, ['a damaged body', 'corrupt'] satisfies [string, S3Fault]])(
    'get: %s is tried again',
    async (_, fault) => {
      await aStore().put('key', bytes('hello'), ifAbsent);
      faults(fault, 2);
      expect(text((await aStore().get('key'))?.bytes)).toBe('hello');
      expect(server.requests).toHaveLength(4);
    },
  );

  it.each(passing)('range: %s is tried again', async (_, fault) => {
    await aStore().put('key', bytes('hello'), ifAbsent);
    faults(fault, 2);
    expect(text(await aStore().range('key', 1, 4))).toBe('ell');
  });

  it.each(passing)('list: %s is tried again, on whichever page', async (_, fault) => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const key of keys) await aStore().put(key, bytes(key), ifAbsent);
    let requests = 0;
    server.setFault(() => (requests++ % 2 === 0 ? fault : undefined));
    expect((await listAll(aStore())).map(({ key }) => key)).toEqual(keys);
  });

  it.each(passing)('%s is retry-later once the tries are used up', async (_, fault) => {
    await aStore().put('key', bytes('hello'), ifAbsent);
    faults(fault);
    const error = await failureOf(aStore().get('key'));
    expect(error.recovery).toBe('retry-later');
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toContain('cannot read s3://ledger/some/prefix/key');
    expect(server.requests).toHaveLength(1 + 3);
  });

  it('a body shorter than announced is tried again, even if the connection ends well', async () => {
    const headers = { etag: '"e"', 'content-length': '10' };
    let answers = 0;
    const handle = async () => {
      const body = Readable.from([Buffer.from(answers++ === 0 ? 'short' : '0123456789')]);
      return { response: new HttpResponse({ statusCode: 200, headers, body }) };
    };
    const got = await aStore({ client: aClient({ requestHandler: { handle } }) }).get('key');
    expect(text(got?.bytes)).toBe('0123456789');
    expect(answers).toBe(2);
  });

  it('half a page of XML is no shorter listing', async () => {
    faults({ status: 200, code: '', body: '<ListBucketResult><Contents><Key>a</Key>' }, 1);
    expect(await listAll(aStore())).toEqual([]);
    expect(server.requests).toHaveLength(2);
  });

  it('a listing without a body is no empty listing', async () => {
    await aStore().put('key', bytes('x'), ifAbsent);
    faults({ status: 200, code: '', body: '' }, 1);
    expect(await listAll(aStore())).toEqual([{ key: 'key', size: 1 }]);
    faults({ status: 200, code: '', body: '' });
    expect((await failureOf(listAll(aStore()))).recovery).toBe('retry-later');
  });

  it('a truncated page without a token is no end', async () => {
    faults({
      status: 200,
      code: '',
      body: '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>',
    });
    expect((await failureOf(listAll(aStore()))).recovery).toBe('retry-later');
  });

  it('a machine whose clock is wrong is heard on the second try', async () => {
    await server.close();
    server = await startS3Server({ now: () => Date.now() + 3_600_000 });
    expect(await aStore().put('key', bytes('x'), ifAbsent)).toMatchObject({ written: true });
  });
});

describe('what needs a person', () => {
  it.each<[string, Partial<S3StoreOptions> | (() => Partial<S3StoreOptions>), string]>([
    ['no such bucket', { bucket: 'nowhere' }, 'bucket nowhere does not exist'],
    [
      'another region',
      () => ({ client: aClient({ region: 'eu-west-1' }) }),
      'set the AWS region to us-east-1',
    ],
    [
      'a wrong secret',
      () => ({ client: aClient({ credentials: someKeys('test', 'no') }) }),
      'secret access key is wrong',
    ],
    [
      'an unknown key',
      () => ({ client: aClient({ credentials: someKeys('no', 'test') }) }),
      'does not know these credentials',
    ],
    [
      'no credentials',
      () => ({ client: aClient({ credentials: noCredentials }) }),
      'no AWS credentials were found',
    ],
  ])('%s stops at once', async (_, options, message) => {
    const store = aStore(typeof options === 'function' ? options() : options);
    const calls = [
      () => store.get('key'),
      () => store.put('key', bytes('x'), ifAbsent),
      () => listAll(store),
    ];
    for (const call of calls) {
      const error = await failureOf(call());
      expect(error.recovery).toBe('fix-config');
      expect(error.message).toContain(message);
    }
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });

  it.each([
    [301, 'PermanentRedirect', 'another region: set the AWS region to eu-west-1'],
    [403, 'AccessDenied', 'without s3:ListBucket, S3 answers 403 for a missing object too'],
    [403, 'SomethingElse', 'access denied'],
    [400, 'ExpiredToken', 'the AWS credentials have expired'],
    [400, 'KMS.DisabledException', 'KMS.DisabledException'],
    [405, 'MethodNotAllowed', 'MethodNotAllowed'],
    [501, 'constructor', 'this store cannot do that'],
    [400, '__proto__', '__proto__'],
  ])('%i %s on a read is the configuration', async (status, code, message) => {
    faults({ status, code, headers: { 'x-amz-bucket-region': 'eu-west-1' } });
    const error = await failureOf(aStore().get('key'));
    expect(error.recovery).toBe('fix-config');
    expect(error.message).toContain(message);
    expect(server.requests).toHaveLength(1);
  });

  it('a bucket that is gone is no lost race', async () => {
    const error = await failureOf(aStore({ bucket: 'nowhere' }).put('key', bytes('x'), { ifVersion: '"e"' }));
    expect(error.recovery).toBe('fix-config');
  });
});

describe('an aborted signal', () => {
  it.each(['hang', 'reset'] satisfies S3Fault[])(
    'ends a call that meets %s, with its reason',
    async (fault) => {
      faults(fault);
      const abort = new AbortController();
      const reason = new InterruptedError('SIGTERM');
      const reading = aStore({ signal: abort.signal, retry: slowRetry(abort.signal) }).get('key');
      setTimeout(() => abort.abort(reason), 50);
      await expect(reading).rejects.toBe(reason);
    },
  );

  it('ends every kind of call, also without a retry of its own', async () => {
    const reason = new InterruptedError('SIGINT');
    const store = createS3Store({
      client: aClient(),
      bucket: 'ledger',
      prefix: '',
      signal: AbortSignal.abort(reason),
    });
    await expect(store.get('key')).rejects.toBe(reason);
    await expect(store.range('key', 0, 1)).rejects.toBe(reason);
    await expect(store.put('key', bytes('x'), ifAbsent)).rejects.toBe(reason);
    await expect(listAll(store)).rejects.toBe(reason);
    expect(server.requests).toHaveLength(0);
  });
});

function slowRetry(signal: AbortSignal) {
  return createRetry({ maxAttempts: 10, minDelayMs: 10_000, signal, now: Date.now });
}

function someKeys(accessKeyId: string, secretAccessKey: string) {
  return { accessKeyId, secretAccessKey };
}

function noCredentials(): Promise<never> {
  return Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }));
}
