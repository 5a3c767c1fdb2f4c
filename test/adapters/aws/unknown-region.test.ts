import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unknownRegion } from '../../../src/adapters/aws/unknown-region.ts';

const notFound = (hostname: string, code = 'ENOTFOUND') =>
  Object.assign(new Error('getaddrinfo'), { code, hostname });
/** A network that knows one region. */
const known = (hostname: string) =>
  hostname.includes('us-east-1') ? Promise.resolve({}) : Promise.reject(notFound(hostname));
/** A network without names. */
const silent = () => Promise.reject(notFound('x'));

const wrongRegion = (region: string) => ({
  recovery: 'fix-config',
  message: expect.stringMatching(`is the Region's name right\\? Got ${region}$`) as string,
});

describe('a mistyped region is told as such', () => {
  it.each([
    ['backup.eu-wets-1.amazonaws.com', 'eu-wets-1'],
    ['a-bucket.s3.eu-west-11.amazonaws.com', 'eu-west-11'],
    ['backup-fips.us-east-7.api.aws', 'us-east-7'],
  ])('when another is found: %s', async (hostname, region) => {
    expect(await unknownRegion(notFound(hostname), known)).toMatchObject(wrongRegion(region));
  });

  it.each([
    ['backup.xx-nowhere-1.amazonaws.com', 'xx-nowhere-1'],
    ['a-bucket.s3.eu-west.amazonaws.com', 'eu-west'],
  ])('when no region is called so, even where no name is found: %s', async (hostname, region) => {
    expect(await unknownRegion(notFound(hostname), silent)).toMatchObject(wrongRegion(region));
  });

  it('when no region is called so, and names are not found for now', async () => {
    const error = notFound('backup.xx-nowhere-1.amazonaws.com', 'EAI_AGAIN');
    expect(await unknownRegion(error, silent)).toMatchObject(wrongRegion('xx-nowhere-1'));
  });

  it('when a role was to be assumed there', async () => {
    const role = new Error('no role', { cause: notFound('sts.xx-nowhere-1.amazonaws.com') });
    expect(await unknownRegion(role, silent)).toMatchObject(wrongRegion('xx-nowhere-1'));
  });
});

it.each([
  ['there are no names at all', notFound('backup.eu-west-1.amazonaws.com'), silent],
  ['the name may be found later', notFound('backup.eu-west-1.amazonaws.com', 'EAI_AGAIN'), known],
  ['the host names no region', notFound('my-bucket.s3.amazonaws.com'), silent],
  ['an endpoint of its own is not found', notFound('my-vpce-1.example.com'), known],
  ['something else went wrong', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), known],
])('the network is to blame when %s', async (_, error, resolve) => {
  expect(await unknownRegion(error, resolve)).toBeUndefined();
});

it('every region the SDK knows is in a partition', async () => {
  const file = import.meta.resolve('@aws-sdk/core/client').replace(/dist-cjs.*/, '');
  const path = `${file}dist-es/submodules/client/util-endpoints/lib/aws/partitions.js`;
  const found = readFileSync(new URL(path), 'utf8').matchAll(/"((?:[a-z]+-){2,}\d+)": \{/g);
  const regions = Array.from(found, ([, region = '']) => region);
  expect(regions.length).toBeGreaterThan(40);
  for (const region of regions)
    expect(await unknownRegion(notFound(`backup.${region}.amazonaws.com`), silent)).toBeUndefined();
});
