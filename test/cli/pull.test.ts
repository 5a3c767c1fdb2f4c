import { describe, expect, it } from 'vitest';
import type { PullResult } from '../../schemas/pull-result.ts';
import { safely } from '../../src/cli/command.ts';
import { pullCommand } from '../../src/cli/pull.ts';
import type { PullConfig } from '../../src/config/commands.ts';
import type { Settings } from '../../src/config/resolve.ts';
import { UsageError } from '../../src/errors.ts';
import { aSummary, pullOnce } from '../fixtures/builders.ts';
import { layOut } from '../fixtures/cli.ts';

async function run(argv: Settings, result: PullResult) {
  const out: string[] = [];
  const err: string[] = [];
  const configs: PullConfig[] = [];
  const command = pullCommand(async (config) => {
    configs.push(config);
    return result;
  }, layOut);
  const io = safely({
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    env: {},
  });
  const code = await command.run({ argv, env: {} }, io);
  return { code, out: out.join(''), err: err.join(''), configs };
}

describe('pull', () => {
  it('prints the result as one line of JSON and nothing else', async () => {
    const result = await pullOnce([aSummary(), aSummary({ State: 'a\nb' })]);
    const { out, err } = await run({}, result);
    expect(out.indexOf('\n')).toBe(out.length - 1);
    expect(JSON.parse(out)).toEqual(result);
    expect(err).toBe('');
  });

  it.each([
    ['all went well', [aSummary()], 0],
    ['a row was rejected', [aSummary({ Count: -1 })], 65],
  ])("returns the result's exit code when %s", async (_what, summaries, exitCode) => {
    const result = await pullOnce(summaries);
    expect(result.exit_code).toBe(exitCode);
    expect((await run({}, result)).code).toBe(exitCode);
  });

  it('hands the judged configuration to the work', async () => {
    const { configs } = await run({ 'page-size': '7', region: ['eu-west-1'] }, await pullOnce([]));
    expect(configs).toEqual([expect.objectContaining({ 'page-size': 7, regions: ['eu-west-1'] })]);
  });

  it('does no work with a wrong configuration', async () => {
    const command = pullCommand(() => Promise.reject(new Error('it worked')), layOut);
    const io = safely({ stdout: { write: () => undefined }, stderr: { write: () => undefined }, env: {} });
    await expect(command.run({ argv: { 'page-size': '0', deadline: 'x' }, env: {} }, io)).rejects.toThrow(
      UsageError,
    );
  });
});
