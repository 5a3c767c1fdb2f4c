import { expect, it } from 'vitest';
import { examine } from '../../src/doctor/doctor.ts';
import type { DoctorWorld } from '../../src/doctor/checks.ts';

/** No machine of ours has a Node.js so old: what it says is asked for directly. */
it('a Node.js that is too old is the first thing said', async () => {
  const node = { version: 'v18.20.0', wanted: '>=20.19', isRecent: false };
  const { value } = await examine({ node } as DoctorWorld).next();
  expect(value).toEqual({
    check: {
      name: 'node',
      status: 'failed',
      message: 'Node v18.20.0, and >=20.19 is needed',
      fix: 'install a newer Node.js',
      recovery: 'fix-config',
    },
  });
});
