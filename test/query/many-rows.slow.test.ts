import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCli } from '../fixtures/cli.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

let trial: Trial;
beforeAll(async () => {
  trial = await openTrial({ summaries: 20 });
  await trial.pull();
});
afterAll(() => trial.close());

it.each(['table', 'csv', 'jsonl'])(
  'three hundred thousand rows come as %s, each once',
  { timeout: 60_000 },
  async (format) => {
    const sql = 'SELECT range AS n, repeat(chr(120), 100) AS text FROM range(300000)';
    const { finished } = startCli(['query', '--ledger', trial.ledger, '--format', format, sql]);
    const { code, stdout } = await finished;
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBe(300_000 + (format === 'jsonl' ? 0 : 1));
    expect(lines.at(-1)).toContain('299999');
  },
);

it('and the first of them are there when somebody has seen enough', { timeout: 60_000 }, async () => {
  const { child, finished } = startCli([
    'query',
    '--ledger',
    trial.ledger,
    '--format',
    'table',
    'SELECT range AS n FROM range(100000000)',
  ]);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.stdout?.destroy();
  expect((await finished).code).toBe(0);
});
