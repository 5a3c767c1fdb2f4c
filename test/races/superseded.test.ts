import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/day.ts';
import { openTrial, sliceOf, type Trial } from '../fixtures/trial.ts';
import { until } from '../fixtures/line-up.ts';

const HOUR_MS = 3_600_000;
const patient = { connect: 10_000, answer: 30_000 };

let trial: Trial;
afterEach(() => trial.close());

/** Every object, its bytes as hexadecimal: equal pictures are equal ledgers. */
async function picture(): Promise<Record<string, string>> {
  const objects = [...(await trial.objects())].map(
    ([key, bytes]) => [key, Buffer.from(bytes).toString('hex')] as const,
  );
  return Object.fromEntries(objects);
}

describe.each(['folder', 's3'] as const)('on %s', (on) => {
  it('a pull at an older time than a published one is superseded and writes nothing', async () => {
    trial = await openTrial({ on, world: { showToday: true } });
    // Clocks differ by seconds; by an hour they are wrong.
    trial.simulator.clock.advance(60_000);
    await trial.pull();
    const published = await picture();
    trial.simulator.clock.advance(-60_000);
    const result = await trial.pull();

    expect(result).toMatchObject({ outcome: 'ok', exit_code: 0 });
    expect(sliceOf(result)).toMatchObject({
      outcome: 'superseded',
      partitions: { written: 0, unchanged: 0 },
    });
    expect(sliceOf(result).warnings.join()).toContain('began later');
    expect(await picture()).toEqual(published);
  });

  it('a pull that is overtaken while it reads is superseded and writes nothing', async () => {
    trial = await openTrial({ on, world: { showToday: true } });
    trial.simulator.setFaults([{ fault: 'delay', ms: 3_000, times: 1 }]);
    // The totals would be those of an hour later: it would read again, and be the newer one.
    const slow = trial.pull({ reconcile: 'off' }, { timeouts: patient });
    await until(() => trial.simulator.requests.inFlight > 0);
    trial.simulator.clock.advance(HOUR_MS);
    expect(sliceOf(await trial.pull()).outcome).toBe('ok');
    const published = await picture();

    expect(sliceOf(await slow).outcome).toBe('superseded');
    expect(await picture()).toEqual(published);
  });

  it('a pull of another account is not superseded', async () => {
    trial = await openTrial({ on });
    const [one = '', two = ''] = trial.simulator.accounts;
    // Clocks differ by seconds; by an hour they are wrong.
    trial.simulator.clock.advance(60_000);
    await trial.pull({ account: one });
    trial.simulator.clock.advance(-60_000);
    expect(sliceOf(await trial.pull({ account: two }), 'eu-west-1').outcome).toBe('ok');
  });

  it('two pulls in the same millisecond leave two records', async () => {
    trial = await openTrial({ on });
    const results = [await trial.pull(), await trial.pull()];

    expect(results.map((result) => sliceOf(result).outcome)).toEqual(['ok', 'ok']);
    const records = await trial.records();
    expect(records.map(({ pull }) => pull)).toEqual([
      '20261123T033000000Z-copy-ONE_DAY-eu-west-1-any',
      '20261123T033000001Z-copy-ONE_DAY-eu-west-1-any',
    ]);
    expect(records.map(({ observed_at }) => observed_at)).toEqual(
      Array.from({ length: 2 }, () => '2026-11-23 03:30:00.000'),
    );
  });
});

describe('on S3, where a write can be held back', () => {
  it.each([
    ['creates', false],
    ['replaces', true],
  ])('a pull that is overtaken while it %s partitions undoes nothing of the newer one', async (_, filled) => {
    trial = await openTrial({ on: 's3', world: { showToday: true } });
    if (filled) await trial.pull();
    trial.simulator.clock.advance(DAY_MS);
    const { older, passOn } = await pullHeldBack(trial);
    trial.simulator.clock.advance(12 * HOUR_MS);
    expect(sliceOf(await trial.pull()).partitions.written).toBeGreaterThan(0);
    const newer = await trial.rows();

    passOn();
    const result = await older;
    expect(result).toMatchObject({ outcome: 'ok', exit_code: 0 });
    expect(sliceOf(result).partitions.written).toBe(0);
    expect(await trial.rows()).toEqual(newer);
  });
});

/** Starts a pull, whose first writes wait until they are passed on; those of later pulls do not. */
async function pullHeldBack(held: Trial) {
  const gate = new AbortController();
  const opened = new Promise((resolve) => gate.signal.addEventListener('abort', resolve));
  let waiting = 0;
  held.s3?.setFault(async ({ operation, key }) => {
    if (operation !== 'PutObject' || !key.endsWith('.parquet')) return undefined;
    waiting += 1;
    await opened;
    return undefined;
  });
  const older = held.pull({}, { timeouts: patient });
  await until(() => waiting > 0);
  held.s3?.setFault(undefined);
  return { older, passOn: () => gate.abort() };
}
