import { describe, expect, it } from 'vitest';
import { safely } from '../../src/cli/command.ts';
import { type SimulateConfig, simulateCommand } from '../../src/cli/simulate.ts';
import { UsageError } from '../../src/errors.ts';

function silent() {
  const out: string[] = [];
  const err: string[] = [];
  const io = safely({
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    env: {},
  });
  return { io, out, err };
}

describe('simulate', () => {
  it('prints the URL alone to stdout, and to stderr what to do with it', async () => {
    const { io, out, err } = silent();
    const command = simulateCommand(async (_config, ready) => {
      ready('http://127.0.0.1:4010');
      return 0;
    });
    expect(await command.run({ argv: {}, env: {} }, io)).toBe(0);
    expect(out).toEqual(['http://127.0.0.1:4010\n']);
    expect(err.join('')).toContain('AWS_ENDPOINT_URL_BACKUP=http://127.0.0.1:4010');
  });

  it('hands on its settings and returns the exit code of the work', async () => {
    const configs: SimulateConfig[] = [];
    const command = simulateCommand(async (config) => {
      configs.push(config);
      return 143;
    });
    expect(await command.run({ argv: { seed: '7', window: 'rolling' }, env: {} }, silent().io)).toBe(143);
    expect(configs).toEqual([expect.objectContaining({ seed: 7, window: 'rolling', summaries: 1000 })]);
  });

  it('refuses wrong settings, all at once', async () => {
    const command = simulateCommand(() => Promise.reject(new Error('it ran')));
    const refused = command.run({ argv: { port: '-1', churn: '2' }, env: {} }, silent().io);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toMatchObject({ problems: { length: 2 } });
  });
});
