import { join } from 'node:path';
import { withLock } from '../../src/adapters/file-store-lock.ts';
import type { Finished, Running } from '../fixtures/cli.ts';
import type { Trial } from '../fixtures/trial.ts';
import { startPull } from '../crash/pull-process.ts';

/** Time for processes that have read their pages to read the partitions too, in milliseconds. */
const SETTLE_MS = 700;

/**
 * Pulls in several processes at once. None may write a partition before all have read what is there, so that all but
 * the first to write find their reading outdated.
 *
 * @param flags of each process
 */
export async function pullTogether(
  trial: Trial,
  flags: readonly (readonly string[])[],
): Promise<readonly Finished[]> {
  // Another kind first: it makes the manifest, so that the partitions are the first to be written.
  await trial.pull({ kind: 'restore' });
  trial.simulator.requests.clear();
  const start = () => flags.map((each) => startPull(trial, { flags: each }));
  const running = trial.s3 ? await startOnS3(trial, start) : await startInFolder(trial, start);
  return Promise.all(running.map(({ finished }) => finished));
}

/** Holds the lock for which every writer waits. */
async function startInFolder(trial: Trial, start: () => readonly Running[]): Promise<readonly Running[]> {
  return withLock(join(trial.ledger, '.lock'), { patienceMs: 10_000 }, async () => {
    const running = start();
    await until(() => trial.simulator.requests.total >= running.length);
    await wait(SETTLE_MS);
    return running;
  });
}

/** Holds every write of a partition until all processes have had time to read. */
async function startOnS3(
  { s3, simulator }: Trial,
  start: () => readonly Running[],
): Promise<readonly Running[]> {
  const running = start();
  const opened = until(() => simulator.requests.total >= running.length).then(() => wait(SETTLE_MS));
  s3?.setFault(async ({ operation, key }) => {
    if (operation === 'PutObject' && key.endsWith('.parquet')) await opened;
    return undefined;
  });
  return running;
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(5);
}
