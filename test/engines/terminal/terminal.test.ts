import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTrial, type Trial } from '../../fixtures/trial.ts';
import { install, onTerminal } from './terminal.ts';

/** What a person sees on a real (pseudo-)terminal. */

let trial: Trial;
beforeAll(() => {
  install();
});
beforeEach(async () => {
  trial = await openTrial({ summaries: 300 });
});
afterEach(() => trial.close());

const CTRL_C = '\u0003';

describe('Ctrl-C while progress is shown', () => {
  it.each([
    ['once', CTRL_C],
    ['twice within half a second, as npm and timeout hand it on', CTRL_C + CTRL_C],
  ])('%s ends with a word, a summary and 130', async (_, typed) => {
    trial.simulator.setFaults([{ fault: 'delay', ms: 1_000 }]);
    const args = ['pull', '--region', 'eu-west-1', '--page-size', '10'];
    const { code, seen, screen } = await onTerminal(trial, args, { typed: [typed, '1 page'] });
    expect(code).toBe(130);
    expect(seen.match(/interrupted by SIGINT/g)).toHaveLength(1);
    expect(screen.join('\n')).toContain('exit code 130');
    expect(await trial.records()).toMatchObject([{ outcome: 'failed' }]);
  });
});

describe('a table', () => {
  it('of many rows ends after a thousand and says how to have all', async () => {
    await trial.pull();
    const { code, seen } = await onTerminal(trial, ['query', 'SELECT range AS n FROM range(300000)']);
    expect(code).toBe(0);
    expect(seen).toContain('These are the first 1,000 rows');
    expect(seen).not.toMatch(/^\s*1000\s*$/m);
  });

  it('of a number of rows that was asked for has all of them', async () => {
    await trial.pull();
    const { seen } = await onTerminal(trial, ['query', 'SELECT range AS n FROM range(300000) LIMIT 1500']);
    expect(seen).toMatch(/^1499\s*$/m);
  });
});

describe('words of others', () => {
  it('are shown in log, result and table, and steer nothing', async () => {
    const evil = '\u001b]0;title\u0007\u001b[2J\u009b31m\u202e';
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    trial.simulator.setFaults([{ fault: 'raw', items: [{ ...row, State: evil }], replace: true }]);
    const pulled = await onTerminal(trial, ['pull', '--region', 'eu-west-1']);
    const asked = await onTerminal(trial, ['query', `SELECT state AS "${evil}" FROM copy_job_summaries`]);
    for (const { code, seen } of [pulled, asked]) {
      expect(code).toBe(0);
      expect(seen).toContain('\\u009b31m\\u202e');
      for (const part of ['\u001b]0;', '\u0007', '\u001b[2J', '\u009b', '\u202e'])
        expect(seen).not.toContain(part);
    }
  });
});
