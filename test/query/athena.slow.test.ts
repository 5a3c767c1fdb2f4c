import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AthenaOptions, type AthenaServer, startAthena } from '../fixtures/athena-server.ts';
import { runCliHere, runCliProcess, startCli } from '../fixtures/cli.ts';
import { queryDuckDb } from '../fixtures/duckdb.ts';
import { ServiceError } from '../fixtures/json-service.ts';
import { until } from '../fixtures/line-up.ts';

/** `query` on a ledger in S3: the real SDK, Athena's API over HTTP, and an engine that really runs the SQL. */

let athena: AthenaServer;
afterEach(() => athena.close());

async function engine(sql: string) {
  const rows = await queryDuckDb(sql);
  const [first = {}] = rows;
  const columns = Object.entries(first).map(([name, value]) => ({ name, type: athenaType(value) }));
  return { columns, rows: rows.map((row) => Object.values(row)), scannedBytes: 25_000_000 };
}

function athenaType(value: unknown): string {
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'bigint' || typeof value === 'number' ? 'bigint' : 'varchar';
}

async function open(options: Partial<AthenaOptions> = {}): Promise<void> {
  athena = await startAthena({ engine, workgroups: { primary: false, analysts: true }, ...options });
}

function argsOf(...args: readonly string[]): string[] {
  return ['query', '--ledger', 's3://bucket/ledger', ...args];
}

function environment(): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_ATHENA: athena.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
    BACKUP_LEDGER_WORKGROUP: 'analysts',
  };
}

function query(...args: readonly string[]) {
  return runCliHere(argsOf(...args), environment());
}

function count(operation: string): number {
  return athena.requests.filter((request) => request.operation === operation).length;
}

describe('rows', () => {
  it('come page by page, all of them, once', async () => {
    await open({ pageSize: 10 });
    const { code, stdout } = await query('SELECT range AS n FROM range(35)');
    expect(code).toBe(0);
    expect(stdout).toBe(`n\n${Array.from({ length: 35 }, (_, n) => `${n}\n`).join('')}`);
    expect(count('GetQueryResults')).toBe(4);
  });

  it('keep null apart from an empty text, and numbers exact', async () => {
    await open();
    const { stdout } = await query(
      "SELECT '' AS e, NULL AS n, 9007199254740993 AS l, true AS t",
      '--format',
      'jsonl',
    );
    expect(stdout).toBe('{"e": "", "n": null, "l": 9007199254740993, "t": true}\n');
  });

  it('may be none', async () => {
    await open({ engine: () => Promise.resolve({ columns: [{ name: 'n', type: 'bigint' }], rows: [] }) });
    expect((await query('SELECT 1 WHERE false')).stdout).toBe('n\n');
  });

  it('are asked for in the database, workgroup and place that were named, without a semicolon', async () => {
    await open();
    await query('SELECT 1 AS one ; ', '--database', 'other', '--output-location', 's3://results/here/');
    expect(athena.requests[0]?.input).toMatchObject({
      QueryString: 'SELECT 1 AS one',
      QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: 'other' },
      WorkGroup: 'analysts',
      ResultConfiguration: { OutputLocation: 's3://results/here/' },
    });
  });

  it('are followed by what they cost', async () => {
    await open();
    const { stderr } = await query('SELECT 1 AS one');
    expect(stderr).toBe('1 row, 25.00 MB scanned, 1.2 s, about 0.00013 USD at 5 USD a TB\n');
  });
});

describe('a query that fails', () => {
  beforeEach(() => open());

  it.each([
    ["SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved", 64, 'sql: SYNTAX_ERROR: line 1:8'],
    ['HIVE_FILESYSTEM_ERROR: Incorrect fileSize 10 for file', 75, 'try again later'],
    ['Query exhausted resources at this scale factor', 75, 'try again later'],
    ['HIVE_BAD_DATA: Not valid Parquet file: s3://bucket/x.parquet', 65, 'backup-ledger verify'],
    ['PERMISSION_DENIED: Access Denied when reading s3://bucket', 78, 'jobs/iam/query-policy.json'],
    ['Insufficient Lake Formation permission(s) on copy_job_daily', 78, 'Lake Formation'],
  ])('says who acts: %s', async (reason, code, said) => {
    await athena.close();
    await open({ engine: () => Promise.reject(new Error(reason)) });
    const ended = await query('SELECT x');
    expect(ended.stderr).toContain(said);
    expect(ended).toMatchObject({ code, stdout: '' });
  });

  it('names what is missing where Athena has no place for results', async () => {
    const { code, stderr } = await query('SELECT 1', '--workgroup', 'primary');
    expect(stderr).toContain('give --output-location');
    expect(code).toBe(78);
  });

  it('names a workgroup that is not there', async () => {
    const { code, stderr } = await query('SELECT 1', '--workgroup', 'nobody');
    expect(stderr).toContain('WorkGroup nobody is not found');
    expect(code).toBe(78);
  });

  it('asks for permission where Athena refuses', async () => {
    athena.intercept(() => {
      throw new ServiceError(
        'AccessDeniedException',
        'You are not authorized to perform: athena:StartQueryExecution',
      );
    });
    expect(await query('SELECT 1')).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('query-policy.json'),
    });
  });

  it('is tried again while Athena is busy, without running twice', async () => {
    const failures = new Map<string, number>();
    athena.intercept((operation) => {
      const times = (failures.get(operation) ?? 0) + 1;
      failures.set(operation, times);
      if (times === 1) throw new ServiceError('TooManyRequestsException', 'Rate exceeded');
    });
    expect(await query('SELECT 7 AS n')).toMatchObject({ code: 0, stdout: 'n\n7\n' });
    expect(athena.executions.size).toBe(1);
  });
});

describe('a start whose answer was lost', () => {
  it('is not made a second time', async () => {
    await open({ losesStart: true });
    expect(await query('SELECT 7 AS n')).toMatchObject({ code: 0, stdout: 'n\n7\n' });
    expect(count('StartQueryExecution')).toBe(2);
    expect(athena.executions.size).toBe(1);
  });
});

describe('Ctrl-C', () => {
  it('stops the query on Athena, too', async () => {
    await open({ engine: () => new Promise(() => undefined) });
    const { child, finished } = startCli(argsOf('SELECT endless'), environment());
    await until(() => count('GetQueryExecution') > 0);
    child.kill('SIGINT');
    expect(await finished).toMatchObject({ code: 130, stdout: '' });
    expect([...athena.executions.values()].map(({ state }) => state)).toEqual(['CANCELLED']);
  });

  it('so does the deadline', async () => {
    await open({ engine: () => new Promise(() => undefined) });
    expect(await query('SELECT endless', '--deadline', '1s')).toMatchObject({ code: 75 });
    expect([...athena.executions.values()].map(({ state }) => state)).toEqual(['CANCELLED']);
  });
});

describe('without a region', () => {
  it('ends at once and says so', async () => {
    await open();
    const { AWS_REGION: _, ...rest } = environment();
    const { code, stderr } = await runCliProcess(argsOf('SELECT 1'), rest);
    expect(stderr).toContain('no AWS Region');
    expect(code).toBe(78);
  });
});
