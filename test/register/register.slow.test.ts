import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factsOf, kindNames } from '../../schemas/kinds.ts';
import { glueTable } from '../../schemas/glue-table.ts';
import { pullsTable } from '../../schemas/catalog-table.ts';
import { views } from '../../schemas/views/views.ts';
import { type AthenaServer, startAthena } from '../fixtures/athena-server.ts';
import { runCliProcess } from '../fixtures/cli.ts';
import { type GlueServer, type StoredTable, startGlue } from '../fixtures/glue-server.ts';
import { ServiceError } from '../fixtures/json-service.ts';
import { awsEnvironment, openTrial, type Trial } from '../fixtures/trial.ts';

/** `register` as a user runs it: the real SDK against Glue's, Athena's and S3's APIs over HTTP. */

const TABLES = kindNames.map((kind) => factsOf(kind).table).concat('pulls');
const VIEWS = views.map(({ name }) => name);

let trial: Trial;
let glue: GlueServer;
let athena: AthenaServer;
beforeEach(async () => {
  trial = await openTrial({ on: 's3', summaries: 50 });
  glue = await startGlue();
  athena = await startAthena({
    engine: createView,
    workgroups: { primary: false, analysts: true },
    looks: 1,
  });
});
afterEach(async () => {
  await Promise.all([trial.close(), glue.close(), athena.close()]);
});

/** Does what Athena does with `CREATE OR REPLACE VIEW`: leaves an entry in the catalog. */
async function createView(sql: string, database: string) {
  const [, name] = /^CREATE OR REPLACE VIEW (\w+) AS\n/.exec(sql) ?? [];
  if (!name) throw new Error(`SYNTAX_ERROR: ${sql.slice(0, 40)}`);
  const id = `${database}.${name}`;
  const version = glue.tables.get(id)?.VersionId ?? '0';
  const view = {
    Name: name,
    TableType: 'VIRTUAL_VIEW',
    ViewOriginalText: sql,
    Parameters: { presto_view: 'true' },
  };
  glue.tables.set(id, { ...view, VersionId: version });
  return { columns: [], rows: [] };
}

function register(...flags: readonly string[]) {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  return runCliProcess(
    ['register', '--ledger', trial.ledger, '--s3-path-style', '--now', now, '--log-level', 'warn', ...flags],
    {
      ...awsEnvironment(trial.simulator.url, trial.s3?.url),
      AWS_ENDPOINT_URL_GLUE: glue.url,
      AWS_ENDPOINT_URL_ATHENA: athena.url,
    },
  );
}

const WITH_VIEWS = ['--workgroup', 'analysts'];

function table(name: string): StoredTable {
  const found = glue.tables.get(`backup_ledger.${name}`);
  if (!found) throw new Error(`no table ${name}`);
  return found;
}

function change(name: string, fields: Readonly<Record<string, unknown>>): void {
  glue.tables.set(`backup_ledger.${name}`, { ...table(name), ...fields });
}

function rangeOf(name: string, key = 'start_month'): string | undefined {
  return table(name).Parameters?.[`projection.${key}.range`];
}

function writes(): string[] {
  return glue.requests
    .map(({ operation }) => operation)
    .filter((operation) => /^(Create|Update)/.test(operation));
}

describe('a ledger that was never registered', () => {
  it('gets a database, its tables and its views, one line each', async () => {
    await trial.pull();
    const { code, stdout } = await register(...WITH_VIEWS);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'created database backup_ledger',
      ...TABLES.map((name) => `created table backup_ledger.${name}`),
      ...VIEWS.map((name) => `created view backup_ledger.${name}`),
    ]);
    expect(code).toBe(0);
    expect(new Set(glue.tables.keys())).toEqual(
      new Set([...TABLES, ...VIEWS].map((name) => `backup_ledger.${name}`)),
    );
  });

  it('has its tables where the files are, as Athena wants them described', async () => {
    await trial.pull();
    await register();
    expect(table('copy_job_summaries')).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys: [
        { Name: 'aggregation_period', Type: 'string' },
        { Name: 'start_month', Type: 'string' },
      ],
      StorageDescriptor: {
        Location: 's3://trial-bucket/prefix/copy_job_summaries',
        InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
        SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
      },
    });
    const { columns } = glueTable(pullsTable('2026-11'), '');
    expect(table('pulls').StorageDescriptor?.['Columns']).toEqual(
      columns.map(({ name, type, comment }) => ({ Name: name, Type: type, Comment: comment })),
    );
  });

  it('begins with its earliest month', async () => {
    await trial.pull();
    await register();
    expect(rangeOf('copy_job_summaries')).toBe('2026-11,NOW');
    expect(rangeOf('scan_job_summaries')).toBe('2026-11,NOW');
    expect(rangeOf('pulls', 'pull_month')).toBe('2026-11,NOW');
  });

  it('begins with the month of 31 days ago while it is empty', async () => {
    await register();
    expect(rangeOf('copy_job_summaries')).toBe('2026-10,NOW');
  });

  it('gets its tables only where no SQL can be run, and is told so', async () => {
    const { code, stdout, stderr } = await register();
    expect(stdout).not.toContain('view');
    expect(stderr).toContain('give --workgroup or --output-location');
    expect(code).toBe(0);
    expect(athena.requests).toEqual([]);
  });

  it('has the tables that were made with --table', async () => {
    await trial.pull({ table: 'weekly_copies', 'aggregation-period': 'SEVEN_DAYS' });
    const { stdout } = await register();
    expect(stdout).toContain('created table backup_ledger.weekly_copies');
    expect(table('weekly_copies').Parameters).toMatchObject({
      'projection.aggregation_period.values': 'SEVEN_DAYS',
    });
  });
});

describe('a ledger that is registered', () => {
  beforeEach(async () => {
    await trial.pull();
    await register(...WITH_VIEWS);
  });

  it('is left untouched by a second time', async () => {
    const before = writes().length;
    const started = athena.executions.size;
    const { code, stdout } = await register(...WITH_VIEWS);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .every((line) => line.startsWith('unchanged ')),
    ).toBe(true);
    expect(code).toBe(0);
    expect(writes()).toHaveLength(before);
    expect(athena.executions.size).toBe(started);
  });

  it('keeps parameters that are not ours, and takes back what is', async () => {
    const { Parameters } = table('copy_job_summaries');
    change('copy_job_summaries', {
      Parameters: {
        ...Parameters,
        owner: 'team',
        'projection.enabled': 'false',
        'projection.old.type': 'enum',
      },
      Owner: 'somebody',
    });
    const { stdout } = await register(...WITH_VIEWS);
    expect(stdout).toContain(
      'updated table backup_ledger.copy_job_summaries\n' +
        '  parameter projection.enabled: false → true\n  parameter projection.old.type: enum → none\n',
    );
    expect(table('copy_job_summaries')).toMatchObject({
      Parameters: { ...Parameters, owner: 'team' },
      Owner: 'somebody',
    });
    expect(table('copy_job_summaries').Parameters).not.toHaveProperty(['projection.old.type']);
    expect(glue.requests.findLast(({ operation }) => operation === 'UpdateTable')?.input).toMatchObject({
      SkipArchive: true,
      VersionId: '0',
    });
  });

  it('heals columns that were changed', async () => {
    const storage = table('pulls').StorageDescriptor;
    const columns = storage?.['Columns'] as readonly Readonly<Record<string, string>>[];
    const wrong = columns.map((column) =>
      column['Name'] === 'kept' ? { Name: 'kept', Type: 'string' } : column,
    );
    change('pulls', { StorageDescriptor: { ...storage, Columns: wrong.toReversed() } });
    const { stdout } = await register();
    expect(stdout).toContain('  column kept: string → bigint Rows of distinct identity');
    expect(table('pulls').StorageDescriptor?.['Columns']).toEqual(columns);
  });

  it('only widens its range of months', async () => {
    await register('--first-day', '2026-01-01');
    expect(rangeOf('copy_job_summaries')).toBe('2026-01,NOW');
    const { stdout } = await register('--first-day', '2026-06-01');
    expect(rangeOf('copy_job_summaries')).toBe('2026-01,NOW');
    expect(stdout).not.toContain('updated');
  });

  it('has a view replaced that somebody changed', async () => {
    change('copy_job_daily', { ViewOriginalText: 'another', Parameters: { presto_view: 'true' } });
    const { stdout } = await register(...WITH_VIEWS);
    expect(stdout.split('\n').filter((line) => line.startsWith('updated'))).toEqual([
      'updated view backup_ledger.copy_job_daily',
    ]);
    expect(table('copy_job_daily')['ViewOriginalText']).toContain('success_rate');
  });
});

describe('--dry-run', () => {
  it('shows all that would be done, and does nothing', async () => {
    const { code, stdout } = await register(...WITH_VIEWS, '--dry-run');
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe('would be created database backup_ledger');
    expect(stdout.match(/would be created/g)).toHaveLength(1 + TABLES.length + VIEWS.length);
    expect(writes()).toEqual([]);
    expect(athena.requests).toEqual([]);
  });

  it('shows what is different', async () => {
    await register();
    const { stdout } = await register('--dry-run', '--first-day', '2026-01-01');
    expect(stdout).toContain(
      'would be updated table backup_ledger.pulls\n  parameter projection.pull_month.range: 2026-10,NOW → 2026-01,NOW\n',
    );
    expect(writes().filter((operation) => operation === 'UpdateTable')).toEqual([]);
  });
});

describe('--print', () => {
  it('prints every statement and touches nothing', async () => {
    await trial.pull();
    const { code, stdout } = await register('--print', '--database', 'other');
    expect(code).toBe(0);
    const statements = stdout.split(/;\n\n/).filter((statement) => statement !== '');
    expect(statements).toHaveLength(1 + TABLES.length + VIEWS.length);
    expect(statements[0]).toMatch(/^CREATE DATABASE IF NOT EXISTS other/);
    expect(stdout).toContain("LOCATION 's3://trial-bucket/prefix/pulls'");
    expect(stdout).toContain("'projection.start_month.range' = '2026-11,NOW'");
    expect([...glue.requests, ...athena.requests]).toEqual([]);
  });
});

describe('two at once', () => {
  it('leave one catalog, and neither fails', async () => {
    await trial.pull();
    const ended = await Promise.all([
      register(...WITH_VIEWS),
      register(...WITH_VIEWS),
      register(...WITH_VIEWS),
    ]);
    expect(ended.map(({ code, stderr }) => ({ code, lost: stderr.includes('Exception') }))).toEqual(
      ended.map(() => ({ code: 0, lost: false })),
    );
    expect(glue.tables.size).toBe(TABLES.length + VIEWS.length);
    expect((await register(...WITH_VIEWS)).stdout).not.toMatch(/created|updated/);
  });

  it('take what another one created meanwhile for what it is', async () => {
    let created = 0;
    glue.intercept((operation, input) => {
      if (operation !== 'CreateTable' && operation !== 'CreateDatabase') return;
      const { Name = '' } = (input['TableInput'] ?? {}) as { readonly Name?: string };
      created += 1;
      glue.databases.add('backup_ledger');
      if (Name)
        glue.tables.set(`backup_ledger.${Name}`, { ...(input['TableInput'] as StoredTable), VersionId: '0' });
    });
    const { code, stdout } = await register();
    expect(code).toBe(0);
    expect(created).toBe(1 + TABLES.length);
    for (const name of TABLES) expect(stdout).toContain(`unchanged table backup_ledger.${name}\n`);
  });

  it('lose no parameter that another one wrote meanwhile', async () => {
    await register();
    let disturbed = false;
    glue.intercept((operation, input) => {
      const { Name } = (input['TableInput'] ?? {}) as { readonly Name?: string };
      if (operation !== 'UpdateTable' || Name !== 'pulls' || disturbed) return;
      disturbed = true;
      change('pulls', { Parameters: { ...table('pulls').Parameters, theirs: 'kept' }, VersionId: '5' });
    });
    expect((await register('--first-day', '2026-01-01')).code).toBe(0);
    expect(table('pulls').Parameters).toMatchObject({
      theirs: 'kept',
      'projection.pull_month.range': '2026-01,NOW',
    });
  });
});

describe('what cannot be done', () => {
  it.each([
    [
      'AccessDeniedException',
      'User is not authorized to perform: glue:CreateTable',
      'jobs/iam/register-policy.json',
    ],
    [
      'AccessDeniedException',
      'Insufficient Lake Formation permission(s): Required Create Table on backup_ledger',
      'have its administrator grant',
    ],
  ])('is told with what to do: %s', async (name, message, said) => {
    glue.intercept((operation) => {
      if (operation === 'CreateTable') throw new ServiceError(name, message);
    });
    const { code, stderr } = await register();
    expect(stderr).toContain(said);
    expect(code).toBe(78);
  });

  it('is tried again when Glue is busy', async () => {
    let times = 0;
    glue.intercept(() => {
      times += 1;
      if (times % 3 === 1) throw new ServiceError('ThrottlingException', 'Rate exceeded');
    });
    expect((await register()).code).toBe(0);
  });

  it('a workgroup without a place for results', async () => {
    const { code, stderr } = await register('--workgroup', 'primary');
    expect(stderr).toContain('give --output-location');
    expect(code).toBe(78);
    expect((await register('--workgroup', 'primary', '--output-location', 's3://results/x/')).code).toBe(0);
  });

  it("another ledger's table, or a view, under our name", async () => {
    await register();
    change('pulls', {
      StorageDescriptor: { ...table('pulls').StorageDescriptor, Location: 's3://other/pulls/' },
    });
    const { code, stderr } = await register();
    expect(stderr).toContain('the catalog already has a table at s3://other/pulls/ under the name pulls');
    expect(code).toBe(78);
    change('pulls', { TableType: 'VIRTUAL_VIEW' });
    expect((await register()).stderr).toContain('the catalog already has a view under the name pulls');
  });

  it('a table for a local folder, and other mistakes, all at once', async () => {
    const { code, stderr } = await runCliProcess(
      [
        'register',
        '--database',
        'No-Good',
        '--first-day',
        'soon',
        '--output-location',
        'here',
        '--print',
        '--dry-run',
      ],
      awsEnvironment(trial.simulator.url),
    );
    expect(code).toBe(64);
    for (const name of ['ledger', 'database', 'first-day', 'output-location', 'dry-run']) {
      expect(stderr).toContain(`${name}: expected`);
    }
  });

  it('a first day after the first rows is said aloud', async () => {
    await trial.pull();
    const { stderr } = await register('--first-day', '2026-12-20');
    expect(stderr).toContain(
      'the ledger begins in 2026-11: rows before 2026-12 (--first-day) stay hidden from SQL',
    );
  });
});
