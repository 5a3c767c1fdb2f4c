import { describe, expect, it } from 'vitest';
import { runCliHere } from '../fixtures/cli.ts';

/** A region that is not there is told at once, and one that can be none before anything is sent. */

const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

describe.each(['Europe', 'a b', '../x', 'eu.west', 'é'])('AWS_REGION %j', (AWS_REGION) => {
  it.each([
    ['plan'],
    ['pull', '--ledger', '/nonexistent/ledger'],
    ['verify', '--ledger', 's3://a-bucket/prefix'],
  ])('is refused by %s', async (...args) => {
    const { code, stderr } = await runCliHere(args, { ...env, AWS_REGION });
    expect(stderr).toMatch(/^backup-ledger: the AWS Region of the environment or profile/);
    expect(stderr).toContain(AWS_REGION);
    expect(code).toBe(78);
  });
});

describe('a region that is in no partition', () => {
  const nowhere = { ...env, AWS_REGION: 'xx-nowhere-1' };

  it.each([
    ['pull', '--dry-run', '--ledger', '/nonexistent/ledger'],
    ['pull', '--ledger', 's3://a-bucket/prefix'],
    ['verify', '--ledger', 's3://a-bucket/prefix'],
    ['query', '--ledger', 's3://a-bucket/prefix', '--output-location', 's3://results/athena/', 'SELECT 1'],
    ['doctor', '--kind', 'copy', '--ledger', 's3://a-bucket/prefix'],
  ])('is asked about by %s, not tried again', async (...args) => {
    const { code, stdout, stderr } = await runCliHere(args, nowhere);
    expect(stdout + stderr).toMatch(/xx-nowhere-1.*is the Region's name right\?/);
    expect(stderr).not.toContain('will try again');
    expect(stdout).not.toContain('allow the caller');
    expect(code).toBe(78);
  });
});
