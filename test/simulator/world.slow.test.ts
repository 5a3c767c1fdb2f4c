import { describe, expect, it } from 'vitest';
import { factsOf, kindNames } from '../../schemas/kinds.ts';
import { addDays, daysBetween } from '../../src/domain/day.ts';
import type { Simulator, SummaryItem, World } from '../../src/simulator/index.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { canonical, DAY, daysOf, readAll, REGION, sum, withSimulator } from './asking.ts';

const HOUR = DAY / 24;
const truth = (simulator: Simulator) => simulator.truth({ kind: 'copy', region: REGION });
const onDay = (rows: readonly SummaryItem[], day: string) => rows.filter((row) => daysOf([row])[0] === day);
const unfinished = new Set(factsOf('copy').unfinishedStates);

const rowsOf = (rows: readonly SummaryItem[], account: string) =>
  rows.filter(({ AccountId }) => AccountId === account);

describe('jobs', () => {
  it('mostly succeed, in categories spelled as AWS spells them', async () => {
    await withSimulator({}, async (simulator) => {
      const rows = truth(simulator);
      const completed = sum(rows.filter(({ State }) => State === 'COMPLETED')) / sum(rows);
      expect(completed).toBeGreaterThan(0.9);
      expect(completed).toBeLessThan(0.97);
      const categories = new Set(rows.map(({ MessageCategory }) => MessageCategory));
      for (const category of ['SUCCESS', 'Success', 'AccessDenied', 'INVALIDPARAMETERS', 'Clé_introuvable']) {
        expect(categories).toContain(category);
      }
    });
  });

  it('go on after midnight: a past day is restated, and then rests', async () => {
    await withSimulator({}, async (simulator) => {
      const before = onDay(truth(simulator), '2026-11-22');
      expect(before.some(({ State }) => unfinished.has(State!))).toBe(true);
      simulator.clock.advance(3 * DAY);
      const after = onDay(truth(simulator), '2026-11-22');
      expect(after.some(({ State }) => unfinished.has(State!))).toBe(false);
      expect(sum(after)).toBe(sum(before));
      expect(canonical(after)).not.toEqual(canonical(before));
      simulator.clock.advance(3 * DAY);
      expect(onDay(truth(simulator), '2026-11-22')).toEqual(after);
    });
  });

  it('are there on every day of the timeline, and the same again when the clock goes back', async () => {
    await withSimulator({}, async (simulator) => {
      const before = truth(simulator);
      simulator.clock.advance(60 * DAY);
      expect(daysOf(truth(simulator))).toHaveLength(14);
      simulator.clock.advance(-60 * DAY);
      simulator.world.set({});
      expect(truth(simulator)).toEqual(before);
    });
  });
});

describe('the perfect observer', () => {
  const worlds: Partial<World>[] = [
    {},
    { countOn: 'completion' },
    { countOn: 'last-change' },
    { countOn: 'last-change', showToday: true },
    { countJobs: 'top-level' },
    { countJobs: 'leaves', countOn: 'completion' },
    { dayZone: 'region' },
    { dayZone: 'region', countOn: 'completion', showToday: true },
    { dayZone: 'region-unsaid', countOn: 'last-change' },
  ];
  const regions = ['ap-south-1', 'us-east-1'];

  /** The days of rows that begin at any zone's midnight. */
  const datesOf = (rows: readonly SummaryItem[]) =>
    daysOf(rows.map(({ StartTime }) => ({ StartTime: StartTime + (12 * HOUR) / 1000 })));

  it.each(kindNames.flatMap((kind) => worlds.map((world) => [kind, world] as const)))(
    'agrees with the answers for %s in %o',
    async (kind, world) => {
      await withSimulator({ world, composites: 0.3 }, async (simulator) => {
        simulator.clock.advance(7 * HOUR + 1234);
        for (const region of regions) {
          const rows = simulator.truth({ kind, region });
          expect(rows.length).toBeGreaterThan(500);
          const observed = datesOf(rows).flatMap((day) => simulator.observe({ kind, region, day }));
          expect(canonical(observed)).toEqual(canonical(rows));
        }
      });
    },
  );

  it('sees days that AWS has forgotten, and accounts that left', async () => {
    await withSimulator({ world: { absences: [{ account: '*' }] } }, async (simulator) => {
      expect(truth(simulator)).toEqual([]);
      expect(simulator.observe({ kind: 'copy', region: REGION, day: '2026-09-01' })).not.toEqual([]);
    });
  });
});

describe('a switch', () => {
  it('shows today', async () => {
    await withSimulator({ world: { showToday: true } }, async (simulator) => {
      expect(daysOf(truth(simulator)).at(-1)).toBe('2026-11-23');
      const early = sum(onDay(truth(simulator), '2026-11-23'));
      simulator.clock.advance(12 * HOUR);
      expect(sum(onDay(truth(simulator), '2026-11-23'))).toBeGreaterThan(early);
    });
  });

  it.each([13, 14, 15] as const)('reaches %i calendar days back', async (window) => {
    await withSimulator({ world: { window } }, async (simulator) => {
      expect(daysOf(truth(simulator))).toEqual(daysBetween(addDays('2026-11-23', -window), '2026-11-22'));
    });
  });

  it('rolls by the hour, so that the oldest day is cut', async () => {
    await withSimulator({ world: { window: 'rolling' } }, async (simulator) => {
      const whole = sum(simulator.observe({ kind: 'copy', region: REGION, day: '2026-11-09' }));
      const cut = sum(onDay(truth(simulator), '2026-11-09'));
      expect(cut).toBeLessThan(whole);
      simulator.clock.advance(12 * HOUR);
      expect(sum(onDay(truth(simulator), '2026-11-09'))).toBeLessThan(cut);
    });
  });

  it('counts a finished job on the day it ended', async () => {
    await withSimulator({}, async (simulator) => {
      const created = truth(simulator);
      simulator.world.set({ countOn: 'completion' });
      expect(canonical(truth(simulator))).not.toEqual(canonical(created));
    });
  });

  it('moves a running job with its last change', async () => {
    await withSimulator({ world: { countOn: 'last-change' } }, async (simulator) => {
      const before = sum(onDay(truth(simulator), '2026-11-22'));
      simulator.clock.advance(3 * DAY);
      expect(sum(onDay(truth(simulator), '2026-11-22'))).toBeLessThan(before);
    });
  });

  it('adds zero rows and no count', async () => {
    await withSimulator({}, async (simulator) => {
      const before = truth(simulator);
      simulator.world.set({ zeroRows: true });
      const after = truth(simulator);
      expect(after.length).toBeGreaterThan(before.length);
      expect(canonical(after.filter(({ Count }) => Count > 0))).toEqual(canonical(before));
      expect(new Set(canonical(after)).size).toBe(after.length);
    });
  });

  it('adds rows of another region', async () => {
    await withSimulator({ world: { foreignRegionRows: true } }, async (simulator) => {
      const rows = await readAll(simulator, 'copy', { MaxResults: 100 });
      expect(new Set(rows.map(({ Region }) => Region))).toEqual(new Set([REGION, 'us-east-1']));
      expect(canonical(rows)).toEqual(canonical(truth(simulator)));
    });
  });
});

describe('an account', () => {
  const now = Date.UTC(2026, 10, 23, 3);
  it('that leaves vanishes wholly', async () => {
    await withSimulator({}, async (simulator) => {
      const account = simulator.accounts[1]!;
      simulator.world.set({ absences: [{ account, from: now + DAY, why: 'left' }] });
      expect(rowsOf(truth(simulator), account)).not.toEqual([]);
      simulator.clock.advance(DAY);
      expect(rowsOf(truth(simulator), account)).toEqual([]);
      expect(truth(simulator)).not.toEqual([]);
    });
  });

  it('that joins has jobs from then on only', async () => {
    await withSimulator({}, async (simulator) => {
      const account = simulator.accounts[1]!;
      simulator.world.set({ absences: [{ account, to: now - 4 * DAY, why: 'left' }] });
      expect(daysOf(rowsOf(truth(simulator), account))[0]! >= '2026-11-19').toBe(true);
    });
  });

  it('that was hidden shows all it did meanwhile', async () => {
    await withSimulator({}, async (simulator) => {
      const account = simulator.accounts[1]!;
      const before = rowsOf(truth(simulator), account);
      simulator.world.set({ absences: [{ account, from: now - 5 * DAY, to: now + HOUR }] });
      expect(rowsOf(truth(simulator), account)).toEqual([]);
      simulator.clock.advance(HOUR);
      expect(sum(rowsOf(truth(simulator), account))).toBe(sum(before));
    });
  });

  it('may be hidden in one region only', async () => {
    await withSimulator(
      { world: { absences: [{ account: '*', region: 'us-east-1' }] } },
      async (simulator) => {
        expect(simulator.truth({ kind: 'copy', region: 'us-east-1' })).toEqual([]);
        expect(truth(simulator)).not.toEqual([]);
      },
    );
  });

  it('comes and goes by chance, the same chance each time', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => startSimulator({ churn: 0.5, summaries: 5000 })),
    );
    const { absences } = first!.world.get();
    await Promise.all([first!.close(), second!.close()]);
    expect(absences).toEqual(second!.world.get().absences);
    expect(absences.length).toBeGreaterThan(5);
    expect(new Set(absences.map(({ why }) => why)).size).toBe(2);
  });
});
