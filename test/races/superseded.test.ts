import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/day.ts';
import { openTrial, sliceOf, type Trial, withoutObservation } from '../fixtures/trial.ts';

const HOUR_MS = 3_600_000;

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
    trial.simulator.clock.advance(HOUR_MS);
    await trial.pull();
    const published = await picture();
    trial.simulator.clock.advance(-HOUR_MS);
    const result = await trial.pull();

    expect(result).toMatchObject({ outcome: 'ok', exit_code: 0 });
    expect(sliceOf(result)).toMatchObject({ outcome: 'superseded', partitions: { written: 0, unchanged: 0 } });
    expect(sliceOf(result).warnings.join()).toContain('began later');
    expect(await picture()).toEqual(published);
  });

  it('a pull that is overtaken while it reads is superseded and writes nothing', async () => {
    trial = await openTrial({ on, world: { showToday: true } });
    trial.simulator.setFaults([{ fault: 'delay', ms: 800, times: 1 }]);
    const slow = trial.pull();
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
    trial.simulator.clock.advance(HOUR_MS);
    await trial.pull({ account: one });
    trial.simulator.clock.advance(-HOUR_MS);
    expect(sliceOf(await trial.pull({ account: two }), 'eu-west-1').outcome).toBe('ok');
  });

  it('two pulls in the same millisecond leave two records', async () => {
    trial = await openTrial({ on });
    const results = [await trial.pull(), await trial.pull()];

    expect(results.map((result) => sliceOf(result).outcome)).toEqual(['ok', 'ok']);
    const names = [...(await trial.objects()).keys()].filter((key) => key.startsWith('pulls/'));
    expect(names.toSorted()).toEqual([
      'pulls/pull_date=2026-11-23/20261123T033000000Z-copy-ONE_DAY-eu-west-1-any.json',
      'pulls/pull_date=2026-11-23/20261123T033000001Z-copy-ONE_DAY-eu-west-1-any.json',
    ]);
    const records = await trial.records();
    expect(records.map(({ observed_at }) => observed_at)).toEqual(
      Array.from({ length: 2 }, () => '2026-11-23 03:30:00.000'),
    );
  });
});

describe('on S3, where a write can be held back', () => {
  it.each([
    ['creates', []],
    ['replaces', [0]],
  ])('a pull that is overtaken while it %s undoes nothing of the newer one', async (_, earlier) => {
    trial = await openTrial({ on: 's3' });
    for (const ahead of [...earlier, DAY_MS]) {
      trial.simulator.clock.set(trial.simulator.clock.now() + ahead);
      if (ahead < DAY_MS) await trial.pull();
    }
    const older = await overtaken(trial);

    const result = await older;
    expect(result).toMatchObject({ outcome: 'ok', exit_code: 0 });
    expect(sliceOf(result).partitions.written).toBe(0);
  });
});

/** A pull whose first writes are held back until one a day later is complete. */
async function overtaken(of: Trial) {
  const { promise: passed, resolve: pass } = Promise.withResolvers<void>();
  let held = 0;
  of.s3?.setFault(async ({ operation, key }) => {
    if (operation !== 'PutObject' || !key.endsWith('.parquet')) return undefined;
    held += 1;
    await passed;
    return undefined;
  });
  const older = of.pull();
  await until(() => held > 0);
  of.s3?.setFault(undefined);
  of.simulator.clock.advance(DAY_MS);
  await of.pull();
  const newer = withoutObservation(await of.rows());
  pass();
  await older;
  expect(withoutObservation(await of.rows())).toEqual(newer);
  return older;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
