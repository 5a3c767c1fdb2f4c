import { describe, expect, it } from 'vitest';
import type { ReplayedTable, ReplayResult } from '../../schemas/replay-result.ts';
import { safely } from '../../src/cli/command.ts';
import { replayCommand } from '../../src/cli/replay.ts';
import { layOut } from '../fixtures/cli.ts';

const table: ReplayedTable = {
  table: 'copy_job_summaries',
  kind: 'copy',
  aggregation_period: 'ONE_DAY',
  region: 'eu-west-1',
  first_day: '2026-11-09',
  last_day: '2026-11-22',
  pulls: 3,
  partitions: { written: 1, unchanged: 2 },
  incomplete: [],
  record: 'pulls/x',
};

function partitionOf(month: string): string {
  return `copy_job_summaries/aggregation_period=ONE_DAY/start_month=${month}/eu-west-1.parquet`;
}

function aResult(fields: Partial<ReplayResult> = {}): ReplayResult {
  return {
    schema_version: 1,
    outcome: 'ok',
    exit_code: 0,
    started_at: '2026-11-23T03:00:00.000Z',
    finished_at: '2026-11-23T03:00:02.000Z',
    tables: [table],
    unreadable: [],
    skipped: [],
    withdrawn: [],
    ...fields,
  };
}

async function run(result: ReplayResult, argv = {}, isTTY = true) {
  const out: string[] = [];
  const stream = { write: (text: string) => out.push(text), isTTY, columns: 80 };
  const io = safely({ stdout: stream, stderr: { write: () => undefined }, env: { NO_COLOR: '1' } });
  const code = await replayCommand(() => Promise.resolve(result), layOut).run({ argv, env: {} }, io);
  return { code, out: out.join('') };
}

describe('the end of a replay', () => {
  it('is a summary on a terminal', async () => {
    const other = { ...table, table: 'copy_failures', region: 'us-east-1' };
    expect(await run(aResult({ tables: [table, other] }))).toEqual({
      code: 0,
      out: `\
   kind           region     first day   last day    pulls  written  unchanged
✓  copy           eu-west-1  2026-11-09  2026-11-22      3        1          2
✓  copy_failures  us-east-1  2026-11-09  2026-11-22      3        1          2

✓  ok: 2 months written, 4 unchanged in 2.0 s
`,
    });
  });

  it.each([
    ['elsewhere', {}, false],
    ['there, too, if it is asked for', { json: true }, true],
  ])('is the line of JSON %s', async (_where, argv, isTTY) => {
    const { out } = await run(aResult(), argv, isTTY);
    expect(JSON.parse(out)).toEqual(aResult());
  });

  it('says what was left out, what is incomplete and what cannot be read', async () => {
    const incomplete = [
      { partition: partitionOf('2026-10'), action: 'kept' as const, reasons: ['raw/a is gone'] },
    ];
    const { out, code } = await run(
      aResult({
        outcome: 'incomplete',
        exit_code: 65,
        tables: [{ ...table, incomplete }],
        unreadable: [{ partition: partitionOf('2026-11'), cure: 'restore it' }],
        skipped: [
          { raw: 'raw/b', reason: 'pull failed' },
          { raw: 'raw/c', reason: 'pull failed' },
          { raw: 'raw/d', reason: 'withdrawn' },
        ],
        withdrawn: ['pull-d'],
      }),
    );
    expect(code).toBe(65);
    expect(out.split('\n').slice(1)).toEqual([
      '!  copy  eu-west-1  2026-11-09  2026-11-22      3        1          2',
      '',
      '–  2 raw files left out (pull failed): raw/b, raw/c',
      '–  1 raw file left out (withdrawn): raw/d',
      '–  1 pull withdrawn: pull-d',
      '!  copy eu-west-1 2026-10: left as it was: raw/a is gone',
      '✗  copy eu-west-1 2026-11: cannot be read: restore it',
      '',
      '✗  incomplete: 1 month written, 2 unchanged in 2.0 s; exit code 65',
      '→  look at what is named above: it could not be rebuilt whole',
      '',
    ]);
  });
});
