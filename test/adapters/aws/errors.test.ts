import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { BrokenTransferError, classifyAwsError } from '../../../src/adapters/aws/errors.ts';
import { LostRaceError, TokenRefusedError } from '../../../src/errors.ts';

interface ErrorFields {
  readonly name?: string;
  readonly code?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

function anError({ status, headers, cause, ...fields }: ErrorFields = {}): Error {
  return Object.assign(new Error('from AWS', { cause }), fields, {
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
    ...(headers ? { $response: { headers } } : {}),
  });
}

/** A list of names in the SDK, which does not export it. */
function sdkNames(list: string): string[] {
  const retry = createRequire(import.meta.url).resolve('@smithy/core/retry');
  const source = readFileSync(retry, 'utf8');
  const [, items = ''] = new RegExp(`${list} = \\[([^\\]]*)\\]`).exec(source) ?? [];
  const names = [...items.matchAll(/"(\w+)"/g)].map(([, name = '']) => name);
  if (names.length === 0) throw new Error(`${list} is no longer in ${retry}`);
  return names;
}

function waitFor(header: string, now?: number): number | undefined {
  return classifyAwsError(anError({ status: 503, headers: { 'retry-after': header } }), now).retryAfterMs;
}

describe('tries again', () => {
  const sdkLists = ['THROTTLING_ERROR_CODES', 'TRANSIENT_ERROR_CODES'];
  it.each(sdkLists.flatMap((list) => sdkNames(list)))('for the SDK’s %s, of whatever status', (name) => {
    const verdict = { action: 'retry', recovery: 'retry-later', name, status: 400 };
    expect(classifyAwsError(anError({ name, status: 400 }))).toMatchObject(verdict);
  });

  const nodeLists = ['NODEJS_TIMEOUT_ERROR_CODES', 'NODEJS_NETWORK_ERROR_CODES'];
  it.each(nodeLists.flatMap((list) => sdkNames(list)))('for Node’s %s', (code) => {
    expect(classifyAwsError(anError({ code }))).toMatchObject({ action: 'retry', name: code });
  });

  it.each([408, 429, 500, 502, 503, 504, 529])('for status %i of any name', (status) => {
    expect(classifyAwsError(anError({ name: 'Unheard', status }))).toMatchObject({ action: 'retry', status });
  });

  it('for a page of HTML with status 503, which the SDK throws as a SyntaxError', () => {
    const error = Object.assign(new SyntaxError('Unexpected token <'), {
      $metadata: { httpStatusCode: 503 },
    });
    expect(classifyAwsError(error)).toMatchObject({ action: 'retry', recovery: 'retry-later' });
  });

  it.each([
    Object.assign(new SyntaxError('Unexpected end of JSON input'), { $metadata: { httpStatusCode: 200 } }),
    Object.assign(new Error('@aws-sdk XML parse error: missing closing tag'), {
      $metadata: { httpStatusCode: 200 },
    }),
  ])('for a successful answer that cannot be read: %s', (error) => {
    expect(classifyAwsError(error)).toMatchObject({ action: 'retry', recovery: 'retry-later' });
  });

  it('for a broken transfer, whatever caused it', () => {
    const error = new BrokenTransferError('cut short', { cause: new TypeError('x') });
    expect(classifyAwsError(error)).toMatchObject({ action: 'retry', name: 'BrokenTransferError' });
  });

  it('for an unknown error caused by the network', () => {
    const cause = anError({ cause: anError({ code: 'ECONNRESET' }) });
    expect(classifyAwsError(anError({ name: 'Wrapped', cause }))).toMatchObject({ action: 'retry' });
  });

  it('for a reset that the SDK calls a timeout, under the name of what it was', () => {
    const error = anError({ name: 'TimeoutError', code: 'ECONNRESET' });
    expect(classifyAwsError(error)).toMatchObject({ action: 'retry', name: 'ECONNRESET' });
  });

  it('after the SDK has noticed that the clock is wrong, which an operator should mend', () => {
    const error = Object.assign(anError({ name: 'RequestTimeTooSkewed' }), {
      $metadata: { httpStatusCode: 403, clockSkewCorrected: true },
    });
    expect(classifyAwsError(error)).toMatchObject({ action: 'retry', recovery: 'fix-config' });
  });
});

describe('stops', () => {
  it.each([
    ['AccessDeniedException', 403],
    ['AccessDenied', 403],
    ['UnrecognizedClientException', 403],
    ['OptInRequired', 403],
    ['ExpiredTokenException', 400],
    ['ExpiredToken', 400],
    ['RequestExpired', 400],
    ['InvalidClientTokenId', 403],
    ['SignatureDoesNotMatch', 403],
    ['CredentialsProviderError', undefined],
    ['SomethingNew', 403],
    ['SomethingNew', 404],
    ['PermanentRedirect', 301],
  ])('for the operator: %s %s', (name, status) => {
    const { action, recovery, validation } = classifyAwsError(
      anError({ name, ...(status ? { status } : {}) }),
    );
    expect({ action, recovery, validation }).toEqual({
      action: 'stop',
      recovery: 'fix-config',
      validation: undefined,
    });
  });

  it.each([
    ['InvalidParameterValueException', 400],
    ['MissingParameterValueException', 400],
    ['ValidationException', 400],
    ['SomethingNew', 400],
  ])('for a request found wrong, and says so: %s %i', (name, status) => {
    expect(classifyAwsError(anError({ name, status }))).toMatchObject({
      action: 'stop',
      recovery: 'fix-config',
      validation: true,
    });
  });

  it.each([[anError()], [new TypeError('x is not a function')], ['a string'], [undefined], [null], [{}]])(
    'as a bug for what nobody knows: %s',
    (error) => {
      expect(classifyAwsError(error)).toMatchObject({ action: 'stop', recovery: 'report-bug' });
    },
  );

  it('for an error that causes itself', () => {
    const error = anError();
    error.cause = error;
    expect(classifyAwsError(error)).toMatchObject({ action: 'stop', recovery: 'report-bug' });
  });

  it('for an aborted request, and says so, even when the network is the cause', () => {
    const error = anError({ name: 'AbortError', cause: anError({ code: 'ECONNRESET' }) });
    expect(classifyAwsError(error)).toMatchObject({ action: 'stop', aborted: true });
  });

  it('for errors of our own, which know who acts', () => {
    const refused = new TokenRefusedError('expired', { cause: anError({ code: 'ECONNRESET' }) });
    expect(classifyAwsError(refused)).toMatchObject({ action: 'stop', recovery: 'retry-later' });
    expect(classifyAwsError(new LostRaceError('key', 20))).toMatchObject({
      action: 'stop',
      recovery: 'retry-later',
    });
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-23T03:00:00Z');
  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['Mon, 23 Nov 2026 03:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 02:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
  ])('%j is a wait of %s ms', (header, expected) => {
    expect(waitFor(header, now)).toBe(expected);
  });

  it('as a date means nothing to those who do not know the time', () => {
    expect(waitFor('Mon, 23 Nov 2026 03:00:30 GMT')).toBeUndefined();
    expect(waitFor('7')).toBe(7_000);
  });
});
