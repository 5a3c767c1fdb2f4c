import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { runCliHere } from '../fixtures/cli.ts';
import { awsEnvironment, RUN_TIME } from '../fixtures/trial.ts';

/** Where nothing can be written or listened to, the operator is told so in a sentence, at once. */

let folder: string;
let simulator: Simulator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-places-'));
  simulator = await startSimulator({ now: RUN_TIME, summaries: 20 });
  await symlink(join(folder, 'nowhere'), join(folder, 'dangling'));
  await symlink('there', join(folder, 'here'));
  await symlink('here', join(folder, 'there'));
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const now = new Date(RUN_TIME).toISOString();

function run(args: readonly string[]) {
  const env = { ...awsEnvironment(simulator.url), AWS_ENDPOINT_URL_STS: simulator.url };
  return runCliHere([...args, '--log-level', 'silent'], env);
}

describe.each([
  ['/proc/x', 'cannot write /proc/x/ledger.json: '],
  ['/dev/null', 'cannot read /dev/null/ledger.json: a file stands where a folder should be'],
  ['dangling', 'dangling is a link to a place that is not there'],
  ['dangling/deeper', 'dangling is a link to a place that is not there'],
  ['here', 'a link on the way leads to itself'],
])('a ledger at %s', (name, words) => {
  it('cannot be pulled into', async () => {
    const { code, stdout, stderr } = await run(['pull', '--ledger', resolve(folder, name), '--now', now]);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    expect({ code, stdout }).toEqual({ code: 78, stdout: expect.stringContaining(words) as string });
  });
});

it.each(['dangling', 'here'])('the doctor sees that %s can be no ledger', async (name) => {
  const args = ['doctor', '--ledger', resolve(folder, name), '--kind', 'copy', '--max-attempts', '1'];
  const { stdout } = await run([...args, '--now', now]);
  expect(stdout).toMatch(/^FAILED {2}ledger: .*link/m);
});

it('a simulator on a port that is taken says which, and how to choose another', async () => {
  const { code, stderr } = await runCliHere(['simulate', '--port', String(simulator.port)]);
  expect(stderr).toMatch(/^backup-ledger: cannot listen on port \d+: .*Choose another with --port\n$/);
  expect(code).toBe(78);
});
