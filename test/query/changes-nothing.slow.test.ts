import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '../../src/domain/sha256.ts';
import { startAthena } from '../fixtures/athena-server.ts';
import { runCliHere } from '../fixtures/cli.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** `query` can change no byte anywhere, whatever is typed: each statement kind of the engine, dressed in many ways. */

let trial: Trial;
let target: string;
const workingFolder = join(tmpdir(), `backup-ledger-query-${process.pid}`);
const temporaryFolder = join(workingFolder, 'tmp');
const homeFolder = join(workingFolder, 'home');
const before = { cwd: process.cwd(), tmpdir: process.env['TMPDIR'], home: process.env['HOME'] };

beforeAll(async () => {
  for (const folder of [temporaryFolder, homeFolder]) mkdirSync(folder, { recursive: true });
  trial = await openTrial({ summaries: 60 });
  await trial.pull();
  const [partition = ''] = [...(await trial.objects()).keys()].filter((key) => key.endsWith('.parquet'));
  target = join(trial.ledger, partition);
  Object.assign(process.env, { TMPDIR: temporaryFolder, HOME: homeFolder });
  process.chdir(workingFolder);
});
afterAll(async () => {
  process.chdir(before.cwd);
  for (const [name, value] of [
    ['TMPDIR', before.tmpdir],
    ['HOME', before.home],
  ] as const)
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  await trial.close();
});

/** Every file below the folders, by name and content, and when it was last written. */
function everything(): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of [trial.ledger, workingFolder])
    for (const name of readdirSync(folder, { recursive: true }).map(String)) {
      const path = join(folder, name);
      const { mtimeMs } = statSync(path);
      found.set(path, statSync(path).isDirectory() ? 'folder' : `${sha256(readFileSync(path))} ${mtimeMs}`);
    }
  return found;
}

/** TARGET stands for a partition of the ledger, NEW for a file beside it that is not there. */
const writing = [
  "COPY (SELECT 1 AS a) TO 'TARGET' (FORMAT csv)",
  "COPY (SELECT 1 AS a) TO 'NEW' (FORMAT parquet)",
  "COPY pulls TO 'relative.csv'",
  "COPY pulls TO 'NEW' (FORMAT parquet, PER_THREAD_OUTPUT true)",
  "COPY (SELECT 1 AS a, 2 AS b) TO 'NEW' (FORMAT parquet, PARTITION_BY (a))",
  "COPY pulls FROM 'TARGET'",
  "EXPORT DATABASE 'NEW'",
  "IMPORT DATABASE 'NEW'",
  "ATTACH 'NEW' AS other",
  "ATTACH 'TARGET' AS other (READ_ONLY)",
  'DETACH other',
  'COPY FROM DATABASE memory TO memory',
  'CREATE TABLE t AS SELECT 1 AS a',
  'CREATE TEMP TABLE t (a int)',
  'CREATE OR REPLACE VIEW pulls AS SELECT 1 AS a',
  'CREATE SCHEMA s',
  'CREATE SEQUENCE s',
  'CREATE INDEX i ON pulls (kind)',
  "CREATE TYPE mood AS ENUM ('a')",
  'CREATE MACRO one() AS 1',
  "CREATE MACRO leak() AS TABLE SELECT * FROM read_text('/etc/hostname')",
  "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
  "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
  'DROP VIEW copy_job_daily',
  'DROP SCHEMA backup_ledger CASCADE',
  'ALTER TABLE pulls RENAME TO other',
  "INSERT INTO pulls (kind) VALUES ('copy')",
  "UPDATE pulls SET kind = 'x'",
  'DELETE FROM pulls',
  'TRUNCATE pulls',
  'MERGE INTO pulls USING (SELECT 1 AS a) AS t ON false WHEN NOT MATCHED THEN INSERT VALUES (1)',
  "WITH t AS (SELECT 1 AS a) INSERT INTO pulls SELECT 'x'",
  'BEGIN TRANSACTION',
  'COMMIT',
  'ROLLBACK',
  'CHECKPOINT',
  'FORCE CHECKPOINT',
  'VACUUM',
  'ANALYZE',
  'PREPARE p AS SELECT 1',
  "PREPARE p AS COPY (SELECT 1) TO 'NEW'",
  'EXECUTE p',
  'DEALLOCATE p',
  "SET temp_directory = 'spill'",
  "SET GLOBAL home_directory = 'NEW'",
  "SET VARIABLE x = 'NEW'",
  'RESET temp_directory',
  "PRAGMA profiling_output = 'NEW.json'",
  "PRAGMA enable_profiling = 'json'",
  "PRAGMA log_query_path = 'queries.log'",
  'PRAGMA enable_checkpoint_on_shutdown',
  "CALL enable_logging('QueryLog', storage = 'file', storage_path = 'NEW')",
  "SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = 'NEW')",
  "FROM system.main.enable_logging('QueryLog', storage = 'file', storage_path = 'NEW')",
  "SELECT (SELECT count(*) FROM Enable_Logging('QueryLog', storage = 'file', storage_path = 'NEW'))",
  "SELECT * FROM pulls, LATERAL (FROM enable_profiling(format = 'json', save_location = 'NEW.json'))",
  "WITH t AS (FROM enable_profiling(format = 'json', save_location = 'profile.json')) SELECT * FROM t",
  "DESCRIBE FROM enable_logging('QueryLog', storage = 'file', storage_path = 'NEW')",
  "SUMMARIZE FROM enable_logging('QueryLog', storage = 'file', storage_path = 'NEW')",
  "SELECT * FROM query('FROM enable_logging(''QueryLog'', storage = ''file'', storage_path = ''NEW'')')",
  "SELECT * FROM query_table('pulls')",
  "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  'SELECT * FROM force_checkpoint()',
  "SELECT * FROM (PIVOT (FROM enable_logging('QueryLog', storage = 'file', storage_path = 'NEW')) ON a IN (1) USING count(*))",
  "SELECT 1 LIMIT (SELECT count(*) FROM enable_logging('QueryLog', storage = 'file', storage_path = 'NEW'))",
  'SELECT * FROM duckdb_secrets()',
  'USE memory',
  "LOAD 'NEW'",
  'INSTALL httpfs',
  'UPDATE EXTENSIONS',
  'PIVOT pulls ON kind USING count(*)',
  "SELECT 1; COPY (SELECT 1) TO 'NEW'",
  "COPY (SELECT 1) TO 'NEW'; SELECT 1",
];

const dressings: readonly ((sql: string) => string)[] = [
  (sql) => sql,
  (sql) => `EXPLAIN ${sql}`,
  (sql) => `explain analyze ${sql}`,
  (sql) => `EXPLAIN (ANALYZE, FORMAT json) ${sql}`,
  (sql) => `\n-- SELECT 1\n/* a /* b */ EXPLAIN /* SELECT */ ANALYZE -- more\n ${sql};`,
  (sql) => `/* SELECT */ ${sql}`,
  // Comments that end earlier than they seem to.
  (sql) => `/* a */ ${sql}; -- */ EXPLAIN SELECT 1`,
  (sql) => `/* a */ ${sql} -- */ EXPLAIN SELECT 1`,
  (sql) => `\n-- a\r${sql} /*\nSELECT 1 */`,
];

it.each(writing)('changes nothing: %s', async (sql) => {
  const text = sql.replaceAll('TARGET', target).replaceAll('NEW', join(trial.ledger, 'new'));
  const found = everything();
  for (const dress of dressings) {
    const typed = dress(text);
    const { code, stdout, stderr } = await runCliHere(['query', '--ledger', trial.ledger, typed]);
    expect({ typed, code, stdout }).toEqual({ typed, code: 64, stdout: '' });
    expect(stderr).toContain('sql: ');
    expect(everything()).toEqual(found);
  }
});

it.each([
  'SELECT count(*) FROM pulls',
  'EXPLAIN SELECT * FROM copy_job_daily',
  'EXPLAIN ANALYZE SELECT * FROM copy_job_daily',
  '/* first */ EXPLAIN (FORMAT json) -- then\n SELECT 1',
  'EXPLAIN (SELECT 1)',
  '/* first */ SELECT 1 /* EXPLAIN */ -- last */',
  'WITH t AS (SELECT 1 AS a) SELECT * FROM t',
  'FROM pulls',
  'VALUES (1)',
  'TABLE pulls',
  'SHOW TABLES',
  'DESCRIBE pulls',
  'SUMMARIZE pulls',
  'SELECT * FROM duckdb_settings()',
  'SELECT unnest([1, 2])',
  'SELECT * FROM range(3), generate_series(1, 2)',
  // More than the sorting of it may keep in memory on a small machine: nothing is put aside in files.
  'SELECT max(a) FROM (SELECT a, row_number() OVER (ORDER BY hash(a)) AS n FROM range(300000) AS t(a))',
])('reads, and changes nothing: %s', async (sql) => {
  const found = everything();
  const { code, stderr } = await runCliHere(['query', '--ledger', trial.ledger, sql]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(everything()).toEqual(found);
});

it('opens the files of the tables only: the engine itself could make no file', async () => {
  const ask = async (sql: string) => runCliHere(['query', '--ledger', trial.ledger, sql]);
  const { stdout } = await ask("SELECT current_setting('allowed_directories') AS folders");
  expect(stdout).toBe('folders\n[]\n');
  for (const path of ['ledger.json', '*', 'pulls/*'])
    expect((await ask(`SELECT * FROM glob('${join(trial.ledger, path)}')`)).stderr).toContain(
      'Permission Error',
    );
  expect((await ask(`SELECT count(*) AS n FROM read_parquet('${target}')`)).code).toBe(0);
});

it.each([
  'DROP TABLE pulls',
  "INSERT INTO pulls (kind) VALUES ('copy')",
  "UNLOAD (SELECT 1) TO 's3://bucket/x' WITH (format = 'PARQUET')",
  'CREATE TABLE t AS SELECT 1 AS a',
  'CREATE OR REPLACE VIEW v AS SELECT 1 AS a',
  'MSCK REPAIR TABLE pulls',
  'ALTER TABLE pulls ADD PARTITION (d = 1)',
  'DELETE FROM pulls',
  'MERGE INTO pulls USING t ON true WHEN MATCHED THEN DELETE',
  'VACUUM pulls',
  'OPTIMIZE pulls REWRITE DATA USING BIN_PACK',
  'PREPARE p FROM SELECT 1',
  'EXECUTE p',
])('on S3 is refused before Athena is asked: %s', async (sql) => {
  const athena = await startAthena({ engine: () => Promise.resolve({ columns: [], rows: [] }) });
  const environment = {
    AWS_ENDPOINT_URL_ATHENA: athena.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
  };
  for (const dress of dressings) {
    const { code, stderr } = await runCliHere(
      ['query', '--ledger', 's3://bucket/ledger', dress(sql)],
      environment,
    );
    expect(stderr).toContain('sql: expected a statement that reads');
    expect(code).toBe(64);
  }
  expect(athena.requests).toEqual([]);
  await athena.close();
});
