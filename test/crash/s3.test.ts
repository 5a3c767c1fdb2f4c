import { describe, expect, it } from 'vitest';
import type { Finished } from '../fixtures/cli.ts';
import type { Trial } from '../fixtures/trial.ts';
import { openDrill, pulls } from './drill.ts';
import { startPull } from './pull-process.ts';

const DAYS = 5;

const moments = ['before it is done', 'after it is done, before it is answered'] as const;

/** Kills a pull when its n-th PutObject arrives. */
async function pullDyingAt(trial: Trial, put: number, moment: (typeof moments)[number]): Promise<Finished> {
  const { child, finished } = startPull(trial);
  let puts = 0;
  trial.s3?.setFault(({ operation }) => {
    if (operation !== 'PutObject' || ++puts !== put) return undefined;
    if (moment === 'before it is done') {
      child.kill('SIGKILL');
      return 'reset';
    }
    // Stopped, it cannot see the reset and ask again before it is killed.
    child.kill('SIGSTOP');
    setTimeout(() => child.kill('SIGKILL'), 50);
    return 'reset-after';
  });
  const result = await finished;
  trial.s3?.setFault(undefined);
  return result;
}

async function countPuts(trial: Trial): Promise<number> {
  const before = trial.s3?.requests.length ?? 0;
  expect(await startPull(trial).finished).toMatchObject({ code: 0 });
  const puts = trial.s3?.requests.slice(before).filter(({ operation }) => operation === 'PutObject') ?? [];
  await trial.close();
  return puts.length;
}

describe.each(pulls)('%s on S3', (which) => {
  it.each(moments)('killed at each single write in turn, %s, heals', { timeout: 300_000 }, async (moment) => {
    const drill = await openDrill('s3', which, DAYS);
    const puts = await countPuts(await drill.open());
    expect(puts).toBeGreaterThan(2);
    for (let put = 1; put <= puts; put++) {
      await drill.run(`after dying at write ${put}, ${moment}`, (trial) => pullDyingAt(trial, put, moment));
    }
  });
});
