import { describe, expect, it } from 'vitest';
import type { Finished } from '../fixtures/cli.ts';
import { type Drill, openDrill, pulls } from '../fixtures/drill.ts';
import { until } from '../fixtures/line-up.ts';
import { startPull } from '../fixtures/pull-process.ts';
import type { S3Request } from '../fixtures/s3-server.ts';
import type { Trial } from '../fixtures/trial.ts';
import { backupRequests, nameOf, type PulledRequest, s3Requests } from './requests.ts';
import { countFault } from './tally.ts';

const DAYS = 2;
/** So that there are several pages of rows. */
const flags = ['--page-size', '10'];

/** A pull in a process of its own is killed when the request arrives. */
type Kill = (trial: Trial, request: PulledRequest) => Promise<Finished>;

const duringPage: Kill = async (trial, { name, sort }) => {
  const { simulator } = trial;
  const of = sort === 'totals' ? 'sums' : 'rows';
  simulator.setFaults([{ fault: 'hang', page: Number(name.split(' ')[1]), of }]);
  simulator.requests.clear();
  const { child, finished } = startPull(trial, { flags });
  await until(() => simulator.requests.byFault['hang'] === 1);
  child.kill('SIGKILL');
  const result = await finished;
  simulator.clearFaults();
  return result;
};

const beforeItIsDone: Kill = (trial, request) =>
  killDuring(trial, request, ({ child }) => {
    child.kill('SIGKILL');
    return 'reset';
  });

const afterItIsDone: Kill = (trial, request) =>
  killDuring(trial, request, ({ child }) => {
    // Stopped, it cannot see the reset and ask again before it is killed.
    child.kill('SIGSTOP');
    setTimeout(() => child.kill('SIGKILL'), 50);
    return 'reset-after';
  });

async function killDuring(
  trial: Trial,
  { name, nth }: PulledRequest,
  kill: (running: ReturnType<typeof startPull>) => 'reset' | 'reset-after',
): Promise<Finished> {
  const running = startPull(trial, { flags });
  let seen = 0;
  trial.s3?.setFault((request) =>
    nameAtAnyTime(request) === name && ++seen === nth ? kill(running) : undefined,
  );
  const result = await running.finished;
  trial.s3?.setFault(undefined);
  return result;
}

/** A process has a clock that ticks: records and raw pages are named by it. */
function nameAtAnyTime(request: S3Request): string {
  return timeless(nameOf(request));
}

function timeless(name: string): string {
  return name.replace(/\d{8}T\d{9}Z/, '*');
}

/** The requests of an undisturbed pull. */
async function rehearse(drill: Drill) {
  const trial = await drill.open();
  const found = new Set((await trial.objects()).keys());
  const earlier = trial.s3?.requests.length ?? 0;
  trial.simulator.requests.clear();
  expect(await startPull(trial, { flags }).finished).toMatchObject({ code: 0 });
  const onS3 = s3Requests(trial.s3?.requests.slice(earlier) ?? [], found);
  const atBackup = backupRequests(trial.simulator.requests.recent);
  await trial.close();
  return { onS3: onS3.map((each) => ({ ...each, name: timeless(each.name) })), atBackup };
}

describe.each(pulls)('%s on S3, killed at each request in turn,', (which) => {
  it('heals on the next run', { timeout: 300_000 }, async () => {
    const drill = await openDrill('s3', which, DAYS);
    const { onS3, atBackup } = await rehearse(drill);
    const puts = onS3.filter(({ sort }) => sort.startsWith('put'));
    expect(Math.min(puts.length - 3, onS3.length - puts.length - 3, atBackup.length - 2)).toBeGreaterThan(0);

    async function killEach(requests: readonly PulledRequest[], when: string, kill: Kill): Promise<void> {
      for (const request of requests) {
        countFault('injected');
        await drill.run(`killed ${when} ${request.name} (${request.nth})`, (trial) => kill(trial, request));
        countFault('survived');
      }
    }
    await killEach(atBackup, 'during', duringPage);
    await killEach(onS3, 'before', beforeItIsDone);
    await killEach(puts, 'after', afterItIsDone);
  });
});
