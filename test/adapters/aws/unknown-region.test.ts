import { expect, it } from 'vitest';
import { unknownRegion } from '../../../src/adapters/aws/unknown-region.ts';

const notFound = (hostname: string) =>
  Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND', hostname });
const known = (hostname: string) =>
  hostname.includes('us-east-1') ? Promise.resolve({}) : Promise.reject(notFound(hostname));

it('a mistyped region is told as such at once, when another is found', async () => {
  const found = await unknownRegion(notFound('backup.xx-nowhere-1.amazonaws.com'), 'xx-nowhere-1', known);
  expect(found).toMatchObject({
    recovery: 'fix-config',
    message: expect.stringContaining("is the Region's name right?") as string,
  });
});

it.each([
  [
    'there are no names at all',
    notFound('backup.eu-west-1.amazonaws.com'),
    () => Promise.reject(notFound('x')),
  ],
  ['an endpoint of its own is not found', notFound('vpce-1.example.com'), known],
  ['something else went wrong', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), known],
])('the network is to blame when %s', async (_, error, resolve) => {
  expect(await unknownRegion(error, 'eu-west-1', resolve)).toBeUndefined();
});
