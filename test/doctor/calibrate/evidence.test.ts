import { beforeEach, expect, it } from 'vitest';
import type { DayEvidence } from '../../../schemas/calibration.ts';
import { retryLostRaces } from '../../../src/adapters/back-off.ts';
import { addEvidence } from '../../../src/doctor/calibrate/evidence.ts';
import { DamagedObjectError } from '../../../src/errors.ts';
import { MemoryStore } from '../../fixtures/memory-store.ts';

const SLICE = 'copy-ONE_DAY-eu-west-1-any';
const NOVEMBER = `calibration/start_month=2026-11/${SLICE}.jsonl`;

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

function aDay(start_date: string, fields: Partial<DayEvidence> = {}): DayEvidence {
  return {
    start_date,
    observed_at: '2026-11-23 03:30:00.000',
    time_zone: null,
    jobs: 7,
    hypotheses: { 'creation/all/utc': { distance: 1, telling: { date: 2, level: 3, zone: 4 } } },
    ...fields,
  };
}

const add = (...days: readonly DayEvidence[]) =>
  addEvidence(SLICE, days, { store, retryLostRaces: retryLostRaces({ minDelayMs: 1, maxDelayMs: 2 }) });

it('lies by month, in the order of days, and comes back whole', async () => {
  const days = [aDay('2026-12-01'), aDay('2026-11-30'), aDay('2026-11-29')];
  expect(await add(...days)).toEqual(days.toReversed());
  expect(store.keys()).toEqual([NOVEMBER, NOVEMBER.replace('11', '12')]);
  expect(store.text(NOVEMBER)).toBe(`${JSON.stringify(days[2])}\n${JSON.stringify(days[1])}\n`);
});

it('has each day once, as it was observed last', async () => {
  const later = aDay('2026-11-12', { observed_at: '2026-11-24 03:30:00.000', jobs: 9 });
  await add(later);
  expect(await add(aDay('2026-11-12'))).toEqual([later]);
});

it('is not written again for nothing', async () => {
  await add(aDay('2026-11-12'));
  await add(aDay('2026-11-12'));
  expect(store.puts).toEqual([NOVEMBER]);
});

it('of other slices stays theirs', async () => {
  store.seed(`calibration/start_month=2026-11/${SLICE}-2.jsonl`, 'not ours');
  expect(await add(aDay('2026-11-12'))).toHaveLength(1);
});

it('of two runs at once is that of both', async () => {
  await Promise.all(['11', '12', '13', '14'].map((day) => add(aDay(`2026-11-${day}`))));
  expect(await add()).toHaveLength(4);
});

it.each([
  '{"start_date":"2026-11-12"}',
  'not JSON',
  JSON.stringify(aDay('2026-12-12')),
  JSON.stringify({ ...aDay('2026-11-12'), jobs: -1 }),
  JSON.stringify({ ...aDay('2026-11-12'), hypotheses: { x: { distance: 1 } } }),
])('that was damaged is refused: %s', async (line) => {
  store.seed(NOVEMBER, `${line}\n`);
  await expect(add()).rejects.toThrow(DamagedObjectError);
});
