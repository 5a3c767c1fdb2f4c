import { mkdtemp, readFile, rm, symlink, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { runCliHere, runCliProcess } from '../fixtures/cli.ts';
import { type AthenaServer, type SqlEngine, startAthena } from '../fixtures/athena-server.ts';
import { dataIn, jobsIn } from '../fixtures/report.ts';
import { endings } from '../../src/report/report-data.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** The report's file, made by the command line from what pulls left behind. How it looks: test/engines/report.test.ts. */

let trial: Trial;
let out: string;
beforeEach(async () => {
  trial = await openTrial();
  out = `${trial.ledger}-report.html`;
});
afterEach(async () => {
  await trial.close();
  await rm(out, { force: true });
});

function argsOf(...flags: readonly string[]): string[] {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  return ['report', '--ledger', trial.ledger, '--out', out, '--now', now, '--log-level', 'error', ...flags];
}

const report = (...flags: readonly string[]) => runCliHere(argsOf(...flags));

function truth(kind: (typeof kindNames)[number], region = 'eu-west-1'): number {
  return trial.simulator.truth({ kind, region }).reduce((sum, { Count }) => sum + Count, 0);
}

describe('the report', () => {
  it('is one file that asks for nothing from anywhere', async () => {
    await trial.pull();
    const { code, stdout, stderr } = await runCliProcess(argsOf());
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${out}\n`, stderr: '' });
    const page = await readFile(out, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("default-src 'none'");
    expect(page.match(/\b(?:src|href)=/g)).toBeNull();
    expect(page).not.toMatch(/<!--(?:CODE|DATA|WRITTEN_BY)-->/);
    expect((await stat(out)).size).toBeLessThan(2e6);
  });

  it('has the jobs of every kind that AWS showed', async () => {
    await trial.pull({ kind: 'all', region: 'eu-west-1,us-east-1' });
    await report();
    const data = dataIn(out);
    for (const kind of kindNames)
      expect([kind, jobsIn(data, kind)]).toEqual([kind, truth(kind) + truth(kind, 'us-east-1')]);
    expect(data.regions.toSorted()).toEqual(['eu-west-1', 'us-east-1']);
    expect(data.days).toHaveLength(14);
    expect(data.accounts).toEqual(trial.simulator.accounts.toSorted());
    expect(data.other_accounts).toBe(0);
    expect(data.yesterday).toBe('2026-11-22');
  });

  it('counts trouble by what was said of it', async () => {
    await trial.pull();
    await report();
    const { trouble, trouble_names: names } = dataIn(out);
    const inTrouble: Record<string, number> = {};
    const troubles = trial.simulator
      .truth({ kind: 'copy', region: 'eu-west-1' })
      .filter(({ State, MessageCategory = '' }) =>
        State === 'COMPLETED'
          ? MessageCategory.toUpperCase() !== 'SUCCESS'
          : ['FAILED', 'ABORTED', 'PARTIAL'].includes(State ?? ''),
      );
    const told: Record<string, number> = {};
    const add = (sums: Record<string, number>, of: unknown[], jobs: number) =>
      (sums[String(of)] = (sums[String(of)] ?? 0) + jobs);
    for (const { MessageCategory, ResourceType, Count } of troubles)
      add(
        inTrouble,
        [MessageCategory?.toUpperCase() ?? 'no category', ResourceType ?? 'no resource type'],
        Count,
      );
    trouble.jobs.forEach((jobs, row) =>
      add(
        told,
        [names.category[trouble.category[row] ?? -1], names.resource_type[trouble.resource_type[row] ?? -1]],
        jobs,
      ),
    );
    expect(told).toEqual(inTrouble);
    expect(names.category.length).toBeGreaterThan(2);
  });

  it('tells trouble by how it ended, as the daily views do', async () => {
    await trial.pull({ kind: 'copy,backup' });
    await report();
    const { daily, trouble } = dataIn(out);
    const ofTrouble = ['completed_with_issues', 'failed', 'aborted', 'partial', 'expired'] as const;
    const sums = ofTrouble.map((ending) => {
      const rows = [...trouble.jobs.keys()].filter((row) => endings[trouble.ending[row] ?? -1] === ending);
      return rows.reduce((sum, row) => sum + (trouble.jobs[row] ?? 0), 0);
    });
    expect(sums).toEqual(ofTrouble.map((ending) => daily[ending].reduce((sum, jobs) => sum + jobs, 0)));
    expect(Math.min(...sums)).toBeGreaterThan(0);
  });

  it('knows days that were lost, and those nobody pulled', async () => {
    await trial.pull();
    trial.simulator.clock.advance(20 * 86_400_000);
    await trial.pull();
    await report();
    const { coverage, days } = dataIn(out);
    const lost = coverage.day.filter((_, row) => (coverage.lost[row] ?? 0) > 0).map((day) => days[day]);
    expect(lost[0]).toBe('2026-11-23');
    expect(lost.length).toBe(6);
  });

  it('reaches to yesterday, however long ago the last pull was', async () => {
    await trial.pull();
    trial.simulator.clock.advance(3 * 86_400_000);
    await report();
    expect(dataIn(out).days.at(-1)).toBe('2026-11-25');
  });

  it('is of the days asked for', async () => {
    await trial.pull();
    await report('--from', '2026-11-15', '--to', '2026-11-17');
    const { days, shown_from: from, bounded } = dataIn(out);
    expect(bounded).toBe(true);
    expect(days.slice(from)).toEqual(['2026-11-15', '2026-11-16', '2026-11-17']);
    expect(days[0]).toBe('2026-11-09');
  });

  it('of days in the past knows how far the whole ledger reaches, and what was before', async () => {
    await trial.pull();
    trial.simulator.clock.advance(10 * 86_400_000);
    await trial.pull();
    await report('--from', '2026-11-20', '--to', '2026-11-21');
    const { days, freshness, coverage } = dataIn(out);
    expect([days[0], days.at(-1)]).toEqual(['2026-11-09', '2026-11-21']);
    expect(freshness).toMatchObject([
      {
        kind: 'copy',
        region: 'eu-west-1',
        newest_day: '2026-12-02',
        last_observed: expect.stringMatching(/^2026-12-03/),
      },
    ]);
    expect(Math.max(...coverage.day)).toBe(days.length - 1);
  });

  it('of days of which the ledger has none says which it has', async () => {
    await trial.pull();
    await report('--from', '2025-01-01', '--to', '2025-01-31');
    expect(dataIn(out)).toMatchObject({ days: [], held: ['2026-11-09', '2026-11-22'] });
  });

  it('of a ledger that nobody has pulled for months knows its newest day all the same', async () => {
    await trial.pull();
    trial.simulator.clock.advance(90 * 86_400_000);
    await report();
    expect(dataIn(out).freshness).toMatchObject([{ kind: 'copy', newest_day: '2026-11-22' }]);
  });

  it.each([
    ['97', 0.97],
    ['99.5%', 0.995],
    ['0.9', 0.9],
  ])('has the target %s', async (text, rate) => {
    await trial.pull();
    await report('--target', text);
    expect(dataIn(out).target).toEqual({ rate, by: 'flag' });
  });

  it('has the median of the newest days as its target where none is named', async () => {
    await trial.pull();
    await report();
    const rates = await dailyRates();
    const sorted = rates.toSorted((a, b) => a - b);
    const { rate, by } = dataIn(out).target;
    expect(by).toBe('median');
    expect(rate).toBeCloseTo(((sorted[6] ?? 0) + (sorted[7] ?? 0)) / 2, 12);
    expect(sorted).toHaveLength(14);
  });

  /** By the views. */
  async function dailyRates(): Promise<number[]> {
    const sql =
      'SELECT CAST(sum(completed) AS double) / sum(finished) FROM copy_job_daily GROUP BY start_date';
    const { stdout } = await runCliHere(['query', '--ledger', trial.ledger, '--format', 'csv', sql]);
    return stdout.trim().split('\n').slice(1).map(Number);
  }

  it('is shown in the browser by whatever opens such files', async () => {
    await trial.pull();
    const bin = await mkdtemp(join(tmpdir(), 'backup-ledger-open-'));
    const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
    await writeFile(join(bin, opener), `#!/bin/sh\necho "$1" > ${bin}/opened\n`, { mode: 0o755 });
    const { code } = await runCliProcess(argsOf('--open'), { PATH: `${bin}:${process.env['PATH']}` });
    expect(code).toBe(0);
    await expect.poll(() => readFile(join(bin, 'opened'), 'utf8').catch(() => '')).toBe(`${out}\n`);
    await rm(bin, { recursive: true });
  });

  it('of an empty ledger is an empty report', async () => {
    trial.simulator.setFaults([{ fault: 'raw', items: [], replace: true }]);
    await trial.pull({ reconcile: 'off' });
    expect((await report()).code).toBe(0);
    expect(dataIn(out)).toMatchObject({ days: [], held: [], accounts: [], kinds: [] });
    const now = new Date(trial.simulator.clock.now()).toISOString();
    const { stderr } = await runCliProcess(['report', '--ledger', trial.ledger, '--out', out, '--now', now]);
    expect(stderr).toContain('the report is empty');
    expect(stderr).toContain('though it was pulled');
  });

  it('of an Athena that answers nothing warns of it', async () => {
    const athena = await openAthena(() => Promise.resolve({ columns: [], rows: [] }));
    const { code, stderr } = await runCliProcess(
      ['report', '--ledger', 's3://bucket/ledger', '--out', out],
      environmentOf(athena),
    );
    await athena.close();
    expect(code).toBe(0);
    expect(stderr).toContain('"level":"warn"');
    expect(stderr).toMatch(
      /the report is empty: no view has a row of s3:\/\/bucket\/ledger: register the ledger/,
    );
  });

  it('bounds the months in all it asks, a look at what there is at all aside', async () => {
    const asked: string[] = [];
    const athena = await openAthena((sql) => {
      asked.push(sql);
      const rows = sql.includes('AS cells') ? [['111122223333', 1, 1, 0, '2026-11-01', '2026-11-02']] : [];
      const freshness = sql.includes('AS slices') ? [['copy', 'eu-west-1', '2026-11-02', null]] : rows;
      return Promise.resolve({
        columns: Array.from({ length: 6 }, (_, at) => ({ name: `c${at}`, type: 'varchar' })),
        rows: freshness,
      });
    });
    await runCliHere(
      [
        'report',
        '--ledger',
        's3://bucket/ledger',
        '--out',
        out,
        '--from',
        '2026-11-01',
        '--to',
        '2026-11-30',
        '--now',
        '2026-12-03T04:00:00Z',
        '--log-level',
        'silent',
      ],
      environmentOf(athena),
    );
    await athena.close();
    expect(asked).toHaveLength(9);
    for (const sql of asked) {
      const scans = sql.match(/FROM (?:\w+_job_(?:daily|failures|summaries)|pulls)\b/g) ?? [];
      const bounds = sql.match(/(?:start|pull)_month (?:>=|BETWEEN) '20\d\d-\d\d'/g) ?? [];
      expect([sql, bounds.length >= scans.length]).toEqual([sql, true]);
      expect(scans.length).toBeGreaterThan(0);
    }
  });

  it('never lets a name from AWS become markup', async () => {
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    const evil = '</script><script>alert(1)</script>';
    trial.simulator.setFaults([
      { fault: 'raw', items: [{ ...row, State: 'FAILED', MessageCategory: evil }] },
    ]);
    await trial.pull({ reconcile: 'off' });
    await report();
    expect(await readFile(out, 'utf8')).not.toContain('alert(1)');
    expect(dataIn(out).trouble_names.category).toContain(evil.toUpperCase());
  });
});

/** A workgroup that has a place for results. */
const openAthena = (engine: SqlEngine) => startAthena({ engine, workgroups: { primary: true } });

const environmentOf = ({ url }: AthenaServer) => ({
  AWS_ENDPOINT_URL_ATHENA: url,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'eu-west-1',
});

describe('what must not be overwritten', () => {
  it.each(['ledger.json', 'copy_job_summaries/report.html'])('is a ledger: %s', async (name) => {
    await trial.pull();
    const before = await trial.objects();
    const { code, stderr } = await runCliHere([
      'report',
      '--ledger',
      trial.ledger,
      '--out',
      join(trial.ledger, name),
    ]);
    expect(stderr).toContain('out: expected a file outside every ledger');
    expect(code).toBe(64);
    expect(await trial.objects()).toEqual(before);
  });

  it('is a ledger by a link', async () => {
    await trial.pull();
    const before = await trial.objects();
    const link = `${trial.ledger}-link`;
    await symlink(join(trial.ledger, 'copy_job_summaries'), link);
    const { code, stderr } = await runCliHere([
      'report',
      '--ledger',
      trial.ledger,
      '--out',
      join(link, 'report.html'),
    ]);
    await rm(link);
    expect(stderr).toContain('out: expected a file outside every ledger');
    expect(code).toBe(64);
    expect(await trial.objects()).toEqual(before);
  });

  it('is a file that is no report; a report is', async () => {
    await trial.pull();
    const file = `${trial.ledger}-notes.html`;
    await writeFile(file, '<p>My notes</p>');
    const { code, stderr } = await runCliHere(['report', '--ledger', trial.ledger, '--out', file]);
    expect(stderr).toContain('out: expected a new file or an earlier report');
    expect({ code, text: await readFile(file, 'utf8') }).toEqual({ code: 64, text: '<p>My notes</p>' });
    await rm(file);
    for (let round = 0; round < 2; round++)
      expect((await runCliHere(['report', '--ledger', trial.ledger, '--out', file])).code).toBe(0);
    await rm(file);
  });
});

describe('a mistake', () => {
  it.each([
    [['--from', 'May'], 'from: expected a day such as 2026-11-22, got "May"'],
    [
      ['--from', '2026-11-02', '--to', '2026-11-01'],
      'to: expected 2026-11-02 (--from) or a later day, got 2026-11-01',
    ],
    [
      ['--target', 'high'],
      'target: expected a percentage such as 95 or 99.5, or a share such as 0.95, got "high"',
    ],
    [['--out', '/dev/null/report.html'], 'out: expected a file that can be written'],
    [['--ledger', '/nonexistent/ledger'], 'ledger: expected a folder with a ledger in it'],
  ])('%j is told with exit 64', async (flags, words) => {
    await trial.pull();
    const all = { '--ledger': trial.ledger, '--out': out, ...pairs(flags) };
    const { code, stderr, stdout } = await runCliHere(['report', ...Object.entries(all).flat()]);
    expect(code).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

/** Flags by name: the last one wins. */
function pairs(flags: readonly string[]): Record<string, string> {
  return Object.fromEntries(flags.flatMap((flag, at) => (at % 2 === 0 ? [[flag, flags[at + 1] ?? '']] : [])));
}
