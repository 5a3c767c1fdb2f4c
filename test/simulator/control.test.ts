import { describe, expect, it } from 'vitest';
import { InvalidSettingError, type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { fetchText, REGION, withSimulator } from './asking.ts';

async function put(simulator: Simulator, path: string, body: unknown) {
  const response = await fetch(`${simulator.url}/_simulator/${path}`, {
    method: 'PUT',
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function get(simulator: Simulator, path: string): Promise<unknown> {
  return (await fetch(`${simulator.url}/_simulator${path}`)).json();
}

describe('the control endpoints', () => {
  it('show the state', async () => {
    await withSimulator({ faults: [{ fault: 'delay', ms: 1 }] }, async (simulator) => {
      await fetchText(simulator);
      expect(await get(simulator, '')).toMatchObject({
        now: '2026-11-23T03:00:00.000Z',
        world: { countOn: 'creation' },
        faults: [{ fault: 'delay', ms: 1 }],
        requests: {
          total: 1,
          byRegion: { [REGION]: 1 },
          byOperation: { ListCopyJobSummaries: 1 },
          byFault: { delay: 1 },
          recent: [{ page: 1, status: 200, rows: 500, faults: ['delay'] }],
        },
      });
    });
  });

  it.each([
    [{ now: '2026-12-01T00:00:00Z' }, '2026-12-01T00:00:00.000Z'],
    [{ advance: '1d' }, '2026-11-24T03:00:00.000Z'],
    [{ advance: 60_000 }, '2026-11-23T03:01:00.000Z'],
    [{ advance: '-3h' }, '2026-11-23T00:00:00.000Z'],
  ])('move the clock by %o', async (body, now) => {
    await withSimulator({}, async (simulator) => {
      expect(await put(simulator, 'clock', body)).toEqual({ status: 200, body: { now } });
    });
  });

  it('set faults and switches', async () => {
    await withSimulator({}, async (simulator) => {
      await put(simulator, 'faults', [{ fault: 'throttling' }]);
      expect((await fetchText(simulator)).status).toBe(400);
      const account = simulator.accounts[0]!;
      await put(simulator, 'world', {
        window: 'rolling',
        absences: [{ account, from: '2026-11-24T00:00:00Z' }],
      });
      expect(simulator.world.get()).toMatchObject({
        window: 'rolling',
        countOn: 'creation',
        absences: [{ account, from: Date.UTC(2026, 10, 24) }],
      });
    });
  });

  it('tell the truth, and what the perfect observer sees', async () => {
    await withSimulator({}, async (simulator) => {
      const truth = simulator.truth({ kind: 'copy', region: REGION });
      expect(await get(simulator, `/truth?kind=copy&region=${REGION}`)).toEqual(truth);
      const day = '2026-11-20';
      const seen = simulator.observe({ kind: 'scan', region: REGION, day, at: Date.UTC(2026, 10, 20, 12) });
      expect(
        await get(simulator, `/observe?kind=scan&region=${REGION}&day=${day}&at=2026-11-20T12:00:00Z`),
      ).toEqual(seen);
    });
  });

  it.each([
    ['clock', { now: 'noon', later: 1 }, ['now: expected', 'later: expected']],
    ['clock', {}, ['body: expected either now or advance']],
    [
      'faults',
      [{ fault: 'flood' }, { fault: 'delay', share: 2 }],
      ['faults[0].fault', 'faults[1].share', 'faults[1].ms'],
    ],
    [
      'world',
      { window: 12, showToday: 'yes' },
      ['window: expected', 'showToday: expected true or false, got "yes"'],
    ],
    ['world', { absences: [{ account: 'x' }, {}] }, ['absences[0].account', 'absences[1].account']],
  ])('refuse a %s of %o with every problem', async (path, body, problems) => {
    await withSimulator({}, async (simulator) => {
      const refused = await put(simulator, path, body);
      expect(refused.status).toBe(400);
      expect(refused.body.problems).toEqual(problems.map((text) => expect.stringContaining(text) as unknown));
    });
  });

  it('refuse a question they do not understand', async () => {
    await withSimulator({}, async (simulator) => {
      expect(await get(simulator, '/truth?kind=move')).toMatchObject({
        problems: [expect.stringContaining('kind'), expect.stringContaining('region')],
      });
      expect((await fetch(`${simulator.url}/_simulator/nothing`)).status).toBe(404);
      expect((await fetch(`${simulator.url}/audit/nothing`)).status).toBe(404);
    });
  });
});

describe('starting', () => {
  it('lists every problem of the options', async () => {
    const started = startSimulator({ summaries: 0, churn: 3, world: {} });
    await expect(started).rejects.toThrow(InvalidSettingError);
    await expect(started).rejects.toThrow(/summaries: .*\nchurn: /);
  });

  it('listens on this host only, on the port asked for', async () => {
    await withSimulator({}, async (simulator) => {
      expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
      await expect(startSimulator({ port: simulator.port })).rejects.toThrow('EADDRINUSE');
    });
  });

  it('can follow a clock that moves', async () => {
    let time = Date.UTC(2026, 0, 1);
    await withSimulator({ now: () => time }, async (simulator) => {
      time += 1000;
      expect(simulator.clock.now()).toBe(time);
      simulator.clock.set(0);
      time += 5;
      expect(simulator.clock.now()).toBe(5);
      await Promise.resolve();
    });
  });
});
