import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Trial } from '../fixtures/trial.ts';
import { openDrill, pulls } from '../fixtures/drill.ts';
import { startPull } from '../fixtures/pull-process.ts';

const preload = fileURLToPath(new URL('./kill-at.mjs', import.meta.url));
const DAYS = 2;

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'backup-ledger-crash-'));
});
afterEach(() => rm(scratch, { recursive: true }));

function pullDyingAt(trial: Trial, step: number, log = '') {
  const env = { NODE_OPTIONS: `--import=${preload}`, KILL_AT: String(step), KILL_LOG: log };
  return startPull(trial, { env }).finished;
}

/** The names of an undisturbed pull's writes to the disk, in order. */
async function rehearse(trial: Trial): Promise<readonly string[]> {
  const log = join(scratch, 'steps');
  expect(await pullDyingAt(trial, 0, log)).toMatchObject({ code: 0 });
  await trial.close();
  return (await readFile(log, 'utf8')).trimEnd().split('\n');
}

describe.each(pulls)('%s in a folder', (which) => {
  it('killed at each single write in turn heals on the next run', { timeout: 300_000 }, async () => {
    const drill = await openDrill('folder', which, DAYS);
    const steps = await rehearse(await drill.open());
    expect(steps.filter((step) => step === 'rename').length).toBeGreaterThanOrEqual(DAYS + 1);
    for (const [index, step] of steps.entries()) {
      await drill.run(`after dying at write ${index + 1} (${step})`, (trial) =>
        pullDyingAt(trial, index + 1),
      );
    }
  });
});
