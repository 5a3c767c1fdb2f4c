import { describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { runCli } from '../../src/cli/main.ts';
import { planCommand } from '../../src/cli/plan.ts';
import { pullCommand } from '../../src/cli/pull.ts';
import type { PullConfig } from '../../src/config/commands.ts';
import type { Slice } from '../../src/domain/slice.ts';
import { aSlice, pullOnce } from '../fixtures/builders.ts';
import { layOut } from '../fixtures/cli.ts';

interface Plan {
  readonly schema_version: number;
  readonly slices: readonly (Readonly<Record<string, unknown>> & { readonly args: readonly string[] })[];
}

/** Runs the command line with these words, and notes down the slices a pull would have run. */
async function run(args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const pulled: Slice[] = [];
  const pull = pullCommand(async (config) => {
    pulled.push(...config.slicesIn(regionsOf(config)));
    return pullOnce([]);
  }, layOut);
  const planning = planCommand(async (config) => regionsOf(config));
  const code = await runCli(
    args,
    { commands: [pull, planning], version: '1.2.3', readFile },
    {
      stdout: { write: (text: string) => out.push(text) },
      stderr: { write: (text: string) => err.push(text) },
      env: {},
    },
  );
  return { code, out: out.join(''), err: err.join(''), pulled };
}

function readFile(path: string): string {
  if (path === 'accounts.txt') return '111111111111 # one\n\n222222222222, 333333333333\n';
  throw new Error('no such file');
}

function regionsOf({ regions }: PullConfig): readonly string[] {
  if (regions === 'all') return ['eu-west-1', 'us-east-1'];
  return regions.length > 0 ? regions : ['ap-south-1'];
}

async function plan(args: readonly string[]): Promise<Plan> {
  const { code, out, err } = await run(['plan', ...args]);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out) as Plan;
}

describe('plan', () => {
  it('prints the slices as one line of JSON', async () => {
    const { out } = await run(['plan', '--region', 'eu-west-1']);
    expect(out.indexOf('\n')).toBe(out.length - 1);
    expect(JSON.parse(out)).toEqual({
      schema_version: 1,
      slices: [
        {
          kind: 'copy',
          aggregation_period: 'ONE_DAY',
          region: 'eu-west-1',
          scope: 'any',
          table: 'copy_job_summaries',
          flags: {
            kind: 'copy',
            'aggregation-period': 'ONE_DAY',
            region: 'eu-west-1',
            table: 'copy_job_summaries',
          },
          args: expect.arrayContaining(['--kind=copy', '--region=eu-west-1']),
        },
      ],
    });
  });

  it("asks for the SDK's region where none is given", async () => {
    expect((await plan([])).slices.map(({ region }) => region)).toEqual(['ap-south-1']);
  });

  it('has a slice for each kind and region', async () => {
    expect((await plan(['--kind', 'all', '--region', 'eu-west-1,us-east-1'])).slices).toHaveLength(
      2 * kindNames.length,
    );
  });

  it.each([
    [[]],
    [['--kind', 'all', '--region', 'eu-west-1,us-east-1']],
    [['--kind', 'scan', '--region', 'us-gov-west-1']],
    [['--account', '123456789012', '--region', 'eu-west-1']],
    [['--account', 'AGGREGATE_ALL', '--region', 'eu-west-1', '--table', 'sums']],
    [
      [
        '--state',
        'FAILED',
        '--resource-type',
        'SAP HANA on Amazon EC2',
        '--message-category',
        'a,b',
        '--table',
        'mine',
      ],
    ],
    [['--kind', 'restore', '--aggregation-period', 'SEVEN_DAYS', '--table', 'weekly']],
    [['--table', 'copy_job_summaries']],
    [['--resource-type=--odd', '--table', 'mine']],
    [['--message-category=-x', '--table', 'mine']],
    [['--region', 'all', '--assume-role', 'arn:aws:iam::{account}:role/x', '--accounts', '@accounts.txt']],
  ])('gives each slice the flags that make a pull run it and no other: %j', async (args) => {
    const { slices } = await plan(args);
    const { pulled: all } = await run(['pull', ...args]);
    const each = await Promise.all(slices.map((slice) => run(['pull', ...slice.args])));
    expect(each.map(({ err }) => err).join('')).toBe('');
    expect(each.map(({ pulled }) => pulled.length)).toEqual(slices.map(() => 1));
    expect(each.flatMap(({ pulled }) => pulled)).toEqual(all);
  });

  it('names slices as a pull would', async () => {
    const { slices } = await plan(['--account', '123456789012', '--region', 'eu-west-1']);
    const { kind, region, scope } = aSlice({ scope: '123456789012' });
    expect(slices).toEqual([expect.objectContaining({ kind, region, scope })]);
  });

  it('refuses what a pull would refuse', async () => {
    expect(await run(['plan', '--state', 'FAILED'])).toMatchObject({ code: 64, out: '' });
  });
});
