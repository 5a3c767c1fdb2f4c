import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { kindNames } from '../../../schemas/kinds.ts';
import { parsePullConfig } from '../../../src/config/commands.ts';
import { sliceName } from '../../../src/domain/slice.ts';
import type { Plan } from '../../../src/fan-out/planned-slice.ts';
import { runCliHere } from '../../fixtures/cli.ts';
import { deployLambda } from '../../fixtures/lambda-function.ts';
import { run } from '../python.ts';
import { DAGS } from './airflow.ts';

/** More slices than Airflow can map, grouped by the DAG's own code. */

/** What a function may answer, in bytes. Source: Lambda's quotas. */
const MAX_ANSWER = 6 * 1024 * 1024;

interface Group {
  readonly flags: Readonly<Record<string, string>>;
  readonly label: string;
  readonly slices: number;
}

async function groupsOf(plan: string, most: number): Promise<readonly Group[] | string> {
  const script = fileURLToPath(new URL('./group_slices.py', import.meta.url));
  const { code, stdout, stderr } = await run('python', [script, DAGS, String(most)], {}, plan);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Group[] | string;
}

/** The slices a pull with these flags runs. */
function pulledBy({ flags }: Group): string[] {
  const parsed = parsePullConfig({ argv: flags, env: {} });
  if ('problems' in parsed) throw new Error(parsed.problems.join('; '));
  return parsed.config.slicesIn(String(flags['region']).split(',')).map(sliceName);
}

const regions = Array.from({ length: 17 }, (_, index) => `eu-west-${index + 1}`);
const accounts = Array.from({ length: 300 }, (_, index) => String(111_111_111_111 + index));
const role = ['--assume-role=arn:aws:iam::{account}:role/backup-ledger', `--accounts=${accounts.join(',')}`];

async function planFor(...args: readonly string[]): Promise<string> {
  const { stdout } = await runCliHere(['plan', ...args]);
  return stdout;
}

describe('300 accounts, 17 regions and 4 kinds', () => {
  let plan: string;
  let names: string[];
  beforeAll(async () => {
    plan = await planFor('--kind=all', `--region=${regions.join(',')}`, ...role);
    const { slices } = JSON.parse(plan) as Plan;
    names = slices.map((slice) => sliceName({ ...slice, aggregationPeriod: slice.aggregation_period }));
  });

  it.each([
    [1024, 1020],
    [1000, 952],
    [68, 68],
  ])('are pulled by at most %i tasks, each slice once', async (most, expected) => {
    const groups = await groupsOf(plan, most);
    if (typeof groups === 'string') throw new Error(groups);
    expect([names.length, groups.length]).toEqual([20_400, expected]);
    const pulled = groups.flatMap(pulledBy);
    expect(pulled.toSorted()).toEqual(names.toSorted());
    expect(groups.map(({ slices }) => slices)).toEqual(groups.map((group) => pulledBy(group).length));
    const flags = groups.map((group) => JSON.stringify(group.flags));
    // ECS takes overrides of 8,192 characters.
    expect(Math.max(...flags.map((text) => text.length))).toBeLessThan(8_000);
    expect(flags.join(',').length).toBeLessThan(600_000);
    expect(groups[0]?.label).toBe(`copy eu-west-1 ${groups[0]?.slices} accounts`);
  });

  it('are nearly as many as the function can answer with', async () => {
    const lambda = deployLambda({
      AWS_REGION: 'eu-west-1',
      BACKUP_LEDGER_KIND: 'all',
      BACKUP_LEDGER_REGION: regions.join(','),
      BACKUP_LEDGER_ACCOUNTS: accounts.join(','),
      BACKUP_LEDGER_ASSUME_ROLE: 'arn:aws:iam::{account}:role/backup-ledger',
    });
    // As the DAG asks.
    const { payload } = await lambda.invoke({
      action: 'plan',
      flags: { ledger: 's3://my-bucket/backup-ledger' },
    });
    expect((payload as Plan).slices).toHaveLength(20_400);
    const bytesEach = Buffer.byteLength(JSON.stringify(payload)) / 20_400;
    expect(Math.floor(MAX_ANSWER / bytesEach / 1_000)).toBe(22);
  });

  it('cannot be pulled by fewer tasks than kinds and regions, and that is said', async () => {
    expect(await groupsOf(plan, 67)).toBe(
      'expected a plan for at most 67 mapped tasks, got 20400 slices, which make 68 tasks at least: ' +
        'raise core.max_map_length and [backup_ledger] max_tasks, or plan fewer kinds, regions or accounts',
    );
  });
});

it('a slice is a task where there are no more slices than tasks', async () => {
  const plan = await planFor(`--kind=all`, '--region=eu-west-1,eu-west-2');
  const groups = await groupsOf(plan, 8);
  expect(typeof groups === 'string' ? groups : groups.map(({ label }) => label)).toEqual(
    kindNames.flatMap((kind) => [`${kind} eu-west-1`, `${kind} eu-west-2`]),
  );
});
