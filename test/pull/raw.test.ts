import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factsOf, type Kind, kindNames } from '../../schemas/kinds.ts';
import type { RawHeader } from '../../schemas/raw-header.ts';
import { openTrial, sliceOf, type Trial } from '../fixtures/trial.ts';

/** The pages as AWS sent them, read back with nothing of ours. */

const KEY = 'raw/copy/ONE_DAY/eu-west-1/any/20261123T033000000Z.jsonl.gz';
const SMALL_PAGES = { 'page-size': '100' };

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

async function linesOf(key: string): Promise<string[]> {
  const bytes = (await trial.objects()).get(key);
  if (!bytes) throw new Error(`no ${key}`);
  const text = gunzipSync(bytes).toString('utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

async function headerOf(key: string): Promise<RawHeader> {
  return JSON.parse((await linesOf(key))[0] ?? '') as RawHeader;
}

/** Bodies of the answers to the same requests, without SDK or pull. */
async function bodiesOf(kind: Kind, request: RawHeader['request']): Promise<string[]> {
  const bodies: string[] = [];
  let token: string | undefined;
  do {
    const url = new URL(factsOf(kind).path, trial.simulator.url);
    for (const [name, value] of Object.entries({ ...request, ...(token && { NextToken: token }) })) {
      url.searchParams.set(name, value);
    }
    const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261123/eu-west-1/backup/aws4_request, x=y';
    const body = await (await fetch(url, { headers: { authorization } })).text();
    bodies.push(body);
    token = (JSON.parse(body) as { NextToken?: string }).NextToken;
  } while (token !== undefined);
  return bodies;
}

async function rawKeys(): Promise<string[]> {
  return [...(await trial.objects()).keys()].filter((key) => key.startsWith('raw/'));
}

describe('raw pages', () => {
  it.each(kindNames)('are those AWS sent for %s jobs, byte for byte', async (kind) => {
    const slice = sliceOf(await trial.pull({ kind, ...SMALL_PAGES }), 'eu-west-1', kind);
    const [, ...pages] = await linesOf(KEY.replace('copy', kind));
    expect(pages.length).toBe(slice.pages);
    expect(pages).toEqual(await bodiesOf(kind, (await headerOf(KEY.replace('copy', kind))).request));
  });

  it('begin with what was asked, how and by what', async () => {
    await trial.pull({ ...SMALL_PAGES, 'max-rejects': '7', 'min-accounts': '2' });
    expect(await headerOf(KEY)).toEqual({
      raw_version: 1,
      kind: 'copy',
      aggregation_period: 'ONE_DAY',
      region: 'eu-west-1',
      scope: 'any',
      table: 'copy_job_summaries',
      observed_at: '2026-11-23T03:30:00.000Z',
      operation: 'ListCopyJobSummaries',
      request: {
        AccountId: 'ANY',
        State: 'ANY',
        ResourceType: 'ANY',
        MessageCategory: 'ANY',
        AggregationPeriod: 'ONE_DAY',
        MaxResults: 100,
      },
      options: { max_pages: 10_000, max_rejects: 7, min_accounts: 2, reconcile: 'warn' },
      versions: {
        'backup-ledger': expect.stringMatching(/^\d+\.\d+\.\d+/),
        '@aws-sdk/client-backup': expect.stringMatching(/^3\./),
        node: process.version,
      },
    });
  });

  it('are named in result and record, with their hash', async () => {
    const slice = sliceOf(await trial.pull());
    const bytes = (await trial.objects()).get(KEY) ?? new Uint8Array();
    expect(slice.raw).toBe(KEY);
    expect((await trial.records())[0]).toMatchObject({
      raw: KEY,
      raw_sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it('keep rows of other regions, duplicates, unknown fields, and numbers and texts as they were spelled', async () => {
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    const { Count: _, ...rest } = { ...row };
    const odd = `{"Count":1.0e0 ,"Späte\\u00e9":"\\/😀", ${JSON.stringify(rest).slice(1)}`;
    const text = `${odd},${odd},{"Region":"us-east-1","Count":0}`;
    trial.simulator.setFaults([{ fault: 'raw', items: text, replace: true }]);
    await trial.pull();
    expect((await linesOf(KEY))[1]).toContain(text);
  });

  it('with line feeds between their tokens stay one line, and their bytes can be had back', async () => {
    trial.simulator.setFaults([{ fault: 'raw', items: '{\n"Count":\t1,\r\n"StartTime":1763769600}' }]);
    await trial.pull();
    const [, page = ''] = await linesOf(KEY);
    const { $base64 } = JSON.parse(page) as { $base64: string };
    expect(Buffer.from($base64, 'base64').toString()).toContain('{\n"Count":\t1,\r\n"StartTime":1763769600}');
  });

  it('are those of the attempt that was completed', async () => {
    trial.simulator.setFaults([{ fault: 'expired-token', page: 3, times: 1 }]);
    const slice = sliceOf(await trial.pull(SMALL_PAGES));
    expect(slice.restarts).toBe(1);
    expect((await linesOf(KEY)).length).toBe(1 + slice.pages);
  });

  it('of two pulls in one millisecond are two files, each named by its record', async () => {
    await trial.pull();
    trial.simulator.setFaults([{ fault: 'miscount' }]);
    await trial.pull({ reconcile: 'off' });
    expect(await rawKeys()).toEqual([KEY, KEY.replace('000Z', '001Z')]);
    expect((await trial.records()).map(({ raw }) => raw)).toEqual(await rawKeys());
  });

  it.each([
    ['with --no-raw', { 'no-raw': true }],
    ['in a dry run', { 'dry-run': true }],
  ])('are not kept %s', async (_when, flags) => {
    expect(sliceOf(await trial.pull(flags)).raw).toBeNull();
    expect(await rawKeys()).toEqual([]);
  });

  it('are the same bytes for the same answer', async () => {
    await trial.pull();
    const first = (await trial.objects()).get(KEY);
    const again = await openTrial();
    await again.pull();
    expect((await again.objects()).get(KEY)).toEqual(first);
    await again.close();
  });
});

describe('raw pages of a slice that fails', () => {
  it.each([
    ['on a row that cannot be used', { fault: 'missing-field', page: 2 }, {}],
    ['on a dimension of its own', { fault: 'conflict-within', page: 2 }, {}],
    ['on its totals', { fault: 'miscount', of: 'sums' }, { reconcile: 'require' }],
    ['on too few accounts', { fault: 'delay', ms: 0 }, { 'min-accounts': '1000' }],
  ] as const)('%s are all kept', async (_why, fault, flags) => {
    trial.simulator.setFaults([fault]);
    const result = await trial.pull({ ...SMALL_PAGES, ...flags });
    expect(result.outcome).toBe('failed');
    expect(await rawKeys()).toEqual([KEY]);
    const [record] = await trial.records();
    expect(record).toMatchObject({ outcome: 'failed', raw: KEY, objects: [] });
    const [, ...pages] = await linesOf(KEY);
    const truth = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    expect(pages.length).toBe(Math.ceil(truth.length / 100));
  });

  it('on a page of another shape are kept up to that page', async () => {
    trial.simulator.setFaults([
      { fault: 'raw', items: '],"CopyJobSummaries":7,"X":[', page: 2, replace: true },
    ]);
    const result = await trial.pull(SMALL_PAGES);
    const lines = await linesOf(KEY);
    expect(result.exit_code).toBe(65);
    expect(sliceOf(result).error?.name).toBe('BadDataError');
    expect(lines.length).toBe(3);
  });

  it.each([
    ['on a request', { fault: 'access-denied', page: 2 }],
    ['on a busy AWS', { fault: 'unavailable', page: 2 }],
  ] as const)('%s are not: they would be half of an answer', async (_why, fault) => {
    trial.simulator.setFaults([fault]);
    const result = await trial.pull({ ...SMALL_PAGES, 'max-attempts': '1' });
    expect(result.outcome).toBe('failed');
    expect(await rawKeys()).toEqual([]);
    expect((await trial.records())[0]).toMatchObject({ raw: null, raw_sha256: null });
  });
});

describe('raw pages are written', () => {
  it('before any partition, and those before the record', async () => {
    const onS3 = await openTrial({ on: 's3' });
    await onS3.pull();
    const puts = (onS3.s3?.requests ?? []).filter(({ operation }) => operation === 'PutObject');
    const tops = puts.map(({ key }) => key.replace('prefix/', '').replace(/\/.*/, ''));
    expect([...new Set(tops)]).toEqual(['ledger.json', 'raw', 'copy_job_summaries', 'pulls']);
    expect(tops.filter((top) => top === 'raw')).toHaveLength(1);
    expect(tops.at(-1)).toBe('pulls');
    await onS3.close();
  });

  it('or, if that fails, nothing is published', async () => {
    const onS3 = await openTrial({ on: 's3' });
    onS3.s3?.setFault(({ key, operation }) =>
      operation === 'PutObject' && key.includes('/raw/') ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    const result = await onS3.pull();
    expect(result.exit_code).toBe(78);
    expect(await onS3.rows()).toEqual([]);
    await onS3.close();
  });

  it('compressed, and nothing beside them', async () => {
    await trial.pull();
    const { size } = await stat(join(trial.ledger, KEY));
    const text = (await linesOf(KEY)).join('\n');
    expect(size).toBeLessThan(text.length / 10);
    expect((await readdir(join(trial.ledger, KEY, '..'))).length).toBe(1);
  });
});
