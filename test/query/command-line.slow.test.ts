import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalEngine } from '../../jobs/world/duckdb.ts';
import { aSummary } from '../fixtures/builders.ts';
import { runCliHere, runCliProcess, startCli } from '../fixtures/cli.ts';
import { until } from '../fixtures/line-up.ts';
import { rowsOf } from '../fixtures/local-sql.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

let trial: Trial;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-query-'));
  trial = await openTrial({ summaries: 100 });
  const items = [
    aSummary({ Count: 2 }),
    aSummary({ Count: 1, AccountId: '222222222222', ResourceType: undefined, MessageCategory: 'a "b", c' }),
  ];
  trial.simulator.setFaults([{ fault: 'raw', items, replace: true }]);
  await trial.pull({ reconcile: 'off' });
});
afterAll(async () => {
  await trial.close();
  await rm(folder, { recursive: true, force: true });
});

function query(...args: readonly string[]) {
  return runCliHere(['query', '--ledger', trial.ledger, ...args]);
}

const ROWS =
  'SELECT account_id, resource_type, message_category, job_count, end_time FROM copy_job_summaries ORDER BY 1';

describe('what is printed', () => {
  it('is CSV where nobody looks: null is empty, text is quoted where it must be', async () => {
    expect(await runCliProcess(['query', '--ledger', trial.ledger, ROWS])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: [
        'account_id,resource_type,message_category,job_count,end_time',
        '111111111111,EBS,SUCCESS,2,2026-11-23 00:00:00.000',
        '222222222222,,"a ""b"", c",1,2026-11-23 00:00:00.000',
        '',
      ].join('\n'),
    });
    expect((await query("SELECT '' AS empty, NULL AS nothing")).stdout).toBe('empty,nothing\n"",\n');
  });

  it('is a table when asked for, numbers to the right', async () => {
    const { stdout } = await query(ROWS, '--format', 'table');
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'account_id    resource_type  message_category  job_count  end_time',
      '111111111111  EBS            SUCCESS                   2  2026-11-23 00:00:00.000',
      '222222222222                 a "b", c                  1  2026-11-23 00:00:00.000',
      '',
    ]);
  });

  it('is JSON with numbers, nulls and nested values', async () => {
    const sql = `SELECT job_count, resource_type, job_count > 1 AS many, 9007199254740993 AS large, 1 AS x, 2 AS x,
      partitions FROM copy_job_summaries, pulls ORDER BY 1 DESC`;
    const { stdout } = await query(sql, '--format', 'json');
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        job_count: 2,
        many: true,
        x: 1,
        x_2: 2,
        partitions: { written: 1, unchanged: 0 },
      }),
      expect.objectContaining({ job_count: 1, many: false, resource_type: null }),
    ]);
    expect(stdout).toContain('"large": 9007199254740993');
    expect((await query('SELECT 1 AS one WHERE false', '--format', 'json')).stdout).toBe('[]\n');
  });

  it('is one JSON object a line', async () => {
    const { stdout } = await query(ROWS, '--format', 'jsonl');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { job_count: number }).job_count)).toEqual([2, 1]);
  });

  it('does not steer the terminal, whatever the data says', async () => {
    const { stdout } = await query(String.raw`SELECT chr(27) || '[31mred' AS text`, '--format', 'table');
    expect(stdout).toContain(String.raw`\u001b[31mred`);
    expect(stdout).not.toContain('\u001B');
  });
});

describe('the statement', () => {
  it('may lie in a file, with a semicolon at its end', async () => {
    const file = join(folder, 'query.sql');
    await writeFile(file, '-- how many\nSELECT count(*) AS n\nFROM copy_job_summaries;\n\n');
    expect(await query('--file', file)).toMatchObject({ code: 0, stdout: 'n\n2\n' });
  });

  it('finds the tables under the database name, as on Athena', async () => {
    expect((await query('SELECT count(*) AS n FROM backup_ledger.copy_job_daily')).stdout).toBe('n\n2\n');
    expect((await query('SELECT count(*) AS n FROM other.pulls', '--database', 'other')).stdout).toBe(
      'n\n1\n',
    );
  });

  it('finds out which tables there are, and what they are made of', async () => {
    const { stdout } = await query('SHOW TABLES');
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining(['copy_job_summaries', 'ledger_coverage', 'pulls']),
    );
    expect((await query('DESCRIBE copy_job_daily')).stdout).toContain('success_rate,DOUBLE');
  });

  it("may use Athena's functions where DuckDB has them under other names, and its integer division", async () => {
    const { stdout } = await query(
      'SELECT 7 / 2 AS half, from_unixtime(0) AS epoch, cardinality(mismatches) AS n, approx_distinct(kind) AS k FROM pulls GROUP BY mismatches',
    );
    expect(stdout).toBe('half,epoch,n,k\n3,1970-01-01 00:00:00.000,0,1\n');
  });

  it('sees a table made with --table', async () => {
    const other = await openTrial({ summaries: 50 });
    await other.pull({ table: 'copy_failures', state: 'FAILED' });
    const args = ['query', '--ledger', other.ledger, 'SELECT DISTINCT state FROM copy_failures'];
    expect((await runCliHere(args)).stdout).toBe('state\nFAILED\n');
    await other.close();
  });
});

describe('a wrong statement', () => {
  it.each([
    ['SELEC 1', /^sql: .*syntax error at or near "SELEC"/],
    ['SELECT nothing FROM pulls', /^sql: Binder Error: .*"nothing" not found/],
    [
      'SELECT * FROM nowhere',
      /^sql: Catalog Error: Table with name nowhere does not exist!(?:.|\n)*Tables and views: .*ledger_coverage/,
    ],
    ['SELECT 1; SELECT 2', /^sql: expected one statement, got 2/],
    [';', /^sql: /],
    ["SELECT CAST('x' AS bigint)", /^sql: Conversion Error/],
    ['CREATE TABLE t (x int)', /^sql: expected a statement that reads, such as SELECT, got CREATE/],
    ['SET threads = 1', /^sql: expected a statement that reads, such as SELECT, got SET/],
    ["SELECT * FROM read_text('/etc/hostname')", /^sql: Permission Error/],
    ["COPY pulls TO 'copy.csv'", /^sql: expected a statement that reads, such as SELECT, got COPY/],
    [
      "EXPLAIN ANALYZE COPY pulls TO 'copy.csv'",
      /^sql: expected a statement that reads, such as SELECT, got COPY/,
    ],
    [
      "/* a */ COPY pulls TO 'copy.csv'; -- */ EXPLAIN SELECT 1",
      /^sql: expected a statement that reads, such as SELECT, got COPY/,
    ],
    ["SELECT * FROM query('SELECT 1')", /^sql: query\(…\) is not allowed here/],
  ])('is told as such: %s', async (sql, said) => {
    const { code, stdout, stderr } = await query(sql);
    expect(stderr).toMatch(said);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('cannot write into the ledger either', async () => {
    const target = join(trial.ledger, 'copy.csv');
    const { code, stderr } = await query(`COPY pulls TO '${target}'`);
    expect(stderr).toContain('expected a statement that reads');
    expect(code).toBe(64);
    await expect(stat(target)).rejects.toThrow('ENOENT');
  });

  it('is one of several mistakes that are told at once', async () => {
    const { code, stderr } = await query('--format', 'xml', '--workgroup', 'w');
    expect(code).toBe(64);
    for (const name of ['format: expected one of', 'workgroup: ', 'sql: expected an SQL statement']) {
      expect(stderr).toContain(name);
    }
    expect((await query('SELECT 1', '--file', 'x.sql')).stderr).toContain(
      'expected either a statement or --file',
    );
    expect((await query('--file', '/nowhere.sql')).stderr).toContain('file: expected a readable file of SQL');
  });
});

describe('the engine', () => {
  it('does not mix up two answers that are read in turns', async () => {
    const signal = new AbortController().signal;
    const engine = await openLocalEngine(trial.ledger, { database: 'backup_ledger', signal });
    const first = await engine.run('SELECT 1 AS n');
    expect(await rowsOf(engine, 'SELECT 2 AS n')).toEqual([{ n: 2 }]);
    for await (const row of first.rows) expect(row).toEqual(['1']);
    engine.close();
  });
});

describe('trouble', () => {
  it('a folder without a ledger is the caller’s', async () => {
    const { code, stderr } = await runCliHere(['query', '--ledger', folder, 'SELECT 1']);
    expect({ code, stderr }).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('ledger: expected a folder'),
    });
  });

  it('a damaged file is for whoever knows the data', async () => {
    const other = await openTrial({ summaries: 50 });
    await other.pull();
    const [key = ''] = [...(await other.objects()).keys()].filter((name) => name.endsWith('.parquet'));
    await other.tamper(key, Buffer.from('PAR1 no more'));
    const { code, stderr } = await runCliHere([
      'query',
      '--ledger',
      other.ledger,
      'SELECT * FROM copy_job_daily',
    ]);
    expect(stderr).toContain(key);
    expect(stderr).toContain('backup-ledger verify');
    expect(code).toBe(65);
    await other.close();
  });

  it('a reader that has seen enough is none', async () => {
    const { child, finished } = startCli([
      'query',
      '--ledger',
      trial.ledger,
      'SELECT range AS n FROM range(1000000)',
    ]);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await finished).toMatchObject({ code: 0, stderr: '' });
  });

  it('a query that takes too long is stopped by its deadline, and by Ctrl-C', async () => {
    const endless =
      'SELECT count(*) FROM range(100000000000) a, range(1000000) b WHERE a.range * b.range = 7';
    const late = await query(endless, '--deadline', '1s');
    expect(late).toMatchObject({ code: 75, stderr: expect.stringContaining('the deadline of 1 s passed') });

    const { child, finished } = startCli([
      'query',
      '--ledger',
      trial.ledger,
      endless,
      '--now',
      '2026-11-23T04:00:00Z',
    ]);
    let said = '';
    child.stderr?.on('data', (text: string) => (said += text));
    await until(() => said.includes('THE CLOCK IS OVERRIDDEN'));
    child.kill('SIGINT');
    expect(await finished).toMatchObject({ code: 130, stdout: '' });
  });
});
