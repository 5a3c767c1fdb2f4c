import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { withSession } from '../../jobs/world/session.ts';
import { DeadlineError, InterruptedError } from '../../src/errors.ts';

/** What every command has around its work. */

const config = {
  deadline: 60_000,
  now: undefined,
  'log-format': 'json',
  'log-level': 'silent',
  progress: 'never',
} as const;
const never = new AbortController().signal;

it.each([
  ['returns', async () => 'done'],
  ['throws', () => Promise.reject(new Error('no'))],
])('closes what was opened, the last first, when the work %s', async (_how, end: () => Promise<unknown>) => {
  const closed: string[] = [];
  const session = withSession(config, never, ({ closing }) => {
    closing(() => closed.push('ledger'));
    closing(() => closed.push('engine'));
    return end();
  });
  await session.catch(() => undefined);
  expect(closed).toEqual(['engine', 'ledger']);
});

it('shows the time it is told to, and ticks on', async () => {
  const now = Date.parse('2026-11-23T03:30:00Z');
  const shown = await withSession({ ...config, now }, never, async ({ clock }) => {
    await sleep(20);
    return clock.now() - now;
  });
  expect(shown).toBeGreaterThanOrEqual(19);
  expect(shown).toBeLessThan(10_000);
});

it('throws the reason it was interrupted for, whatever the work threw because of it', async () => {
  const interruption = new AbortController();
  const session = withSession(config, interruption.signal, async ({ signal }) => {
    interruption.abort(new InterruptedError('SIGTERM'));
    if (signal.aborted) throw new Error('socket closed');
  });
  await expect(session).rejects.toThrow(InterruptedError);
});

it('throws that its time is over', async () => {
  const session = withSession({ ...config, deadline: 20 }, never, ({ signal }) =>
    sleep(10_000, undefined, { signal }),
  );
  await expect(session).rejects.toThrow(DeadlineError);
});

it('throws what the work throws otherwise', async () => {
  const error = new Error('mine');
  await expect(withSession(config, never, () => Promise.reject(error))).rejects.toBe(error);
});
