import { readdirSync } from 'node:fs';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mainTables, pullsTable, summaryTable } from '../../../schemas/catalog-table.ts';
import { views } from '../../../schemas/views/views.ts';
import { openDuckDb } from '../../../src/adapters/duckdb/engine.ts';
import type { QueryEngine } from '../../../src/ports.ts';
import { openTrial, type Trial } from '../../fixtures/trial.ts';

/** Statements that share what was read once, on the ledger of real pulls. */

let trial: Trial;
const engines: QueryEngine[] = [];
beforeEach(async () => {
  trial = await openTrial();
  await trial.pull();
  trial.simulator.clock.advance(20 * 86_400_000);
  await trial.pull();
});
afterEach(async () => {
  for (const engine of engines.splice(0)) engine.close();
  await trial.close();
});

function filesOf(table: string): string[] {
  const names = readdirSync(trial.ledger, { recursive: true }) as string[];
  return names
    .filter((name) => name.startsWith(`${table}/`) && /\.(?:parquet|jsonl)$/.test(name))
    .map((name) => join(trial.ledger, name));
}

function open(options: { readonly maxHeldRows?: number } = {}): QueryEngine {
  const found = new Map<string, string[]>();
  const engine = openDuckDb({
    folder: trial.ledger,
    database: 'backup_ledger',
    tables: [
      ...Object.entries(mainTables).map(([name, binding]) => summaryTable(name, binding, '0001-01')),
      pullsTable('0001-01'),
    ],
    views,
    filesOf: ({ name }) => {
      const files = found.get(name) ?? filesOf(name);
      found.set(name, files);
      return Promise.resolve(files);
    },
    signal: new AbortController().signal,
    ...options,
  });
  engines.push(engine);
  return engine;
}

const november = {
  tables: ['copy_job_summaries'],
  columns: ['start_date', 'region', 'account_id', 'state', 'job_count', 'message_category', 'resource_type'],
  from: '2026-11',
  to: '2026-11',
};

async function hold(engine: QueryEngine, excerpt = november): Promise<QueryEngine> {
  const held = await engine.hold?.(excerpt);
  if (!held) throw new Error('DuckDB holds nothing');
  return held;
}

async function rowsOf(engine: QueryEngine, sql: string): Promise<(readonly (string | null)[])[]> {
  const rows: (readonly (string | null)[])[] = [];
  for await (const row of (await engine.run(sql)).rows) rows.push(row);
  return rows;
}

const DAILY = `SELECT start_date, region, account_id, jobs, completed, failed FROM copy_job_daily`;
const FAILURES = `SELECT * FROM copy_job_failures`;
const ORDER = 'ORDER BY ALL';

describe('held months', () => {
  it.each([DAILY, FAILURES])('say what their files say: %s', async (sql) => {
    const engine = open();
    const bounded = `${sql} WHERE start_month = '2026-11' ${ORDER}`;
    const rows = await rowsOf(await hold(engine), `${sql} ${ORDER}`);
    expect(rows).toEqual(await rowsOf(engine, bounded));
    expect(rows.length).toBeGreaterThan(20);
  });

  it('have no day of another month, as their tables have none', async () => {
    const [december = ''] = filesOf('copy_job_summaries').filter((file) => file.includes('2026-12'));
    await copyFile(december, december.replace('2026-12', '2026-11').replace('.parquet', '-2.parquet'));
    const engine = open();
    const sql = `SELECT min(start_date), max(start_date), count(*) FROM copy_job_summaries`;
    const rows = await rowsOf(engine, `${sql} WHERE start_month = '2026-11'`);
    expect(await rowsOf(await hold(engine), sql)).toEqual(rows);
  });

  it('are read once, whatever is asked of them', async () => {
    const held = await hold(open());
    const before = await rowsOf(held, `${DAILY} ${ORDER}`);
    for (const file of filesOf('copy_job_summaries')) await rm(file);
    expect(await rowsOf(held, `${DAILY} ${ORDER}`)).toEqual(before);
  });

  it('leave the engine they come from as it was', async () => {
    const engine = open();
    await hold(engine);
    const months = 'SELECT DISTINCT start_month FROM copy_job_daily ORDER BY 1';
    expect(await rowsOf(engine, months)).toEqual([['2026-11'], ['2026-12']]);
  });

  it('lie beside the other tables', async () => {
    expect(await rowsOf(await hold(open()), 'SELECT count(*) FROM pulls')).toEqual([['2']]);
  });

  it('do not make up a column that was not asked for', async () => {
    const held = await hold(open());
    await expect(rowsOf(held, 'SELECT max(observed_at) FROM copy_job_daily')).rejects.toThrow(
      'observed_at is not held',
    );
  });

  it('that have too many rows are read by each statement', async () => {
    const engine = open({ maxHeldRows: 3 });
    expect(await hold(engine)).toBe(engine);
  });

  it('of a table without files are none', async () => {
    const held = await hold(open(), { ...november, tables: ['scan_job_summaries'] });
    expect(await rowsOf(held, 'SELECT count(*) FROM scan_job_daily')).toEqual([['0']]);
  });
});

describe('a table that is asked itself', () => {
  it('is read from the month on that the statement names', async () => {
    const [old = ''] = filesOf('pulls').filter((file) => file.includes('pull_month=2026-11'));
    await writeFile(old, 'no record');
    const engine = open();
    const newer = `SELECT count(*) FROM pulls WHERE pull_month >= '2026-12'`;
    expect(await rowsOf(engine, newer)).toEqual([['1']]);
    await expect(rowsOf(engine, 'SELECT count(*) FROM pulls')).rejects.toThrow('cannot be read');
  });

  it('is read whole where a view reads it, too', async () => {
    const sql = `SELECT (SELECT count(*) FROM copy_job_daily), count(*) FROM copy_job_summaries WHERE start_month >= '2026-12'`;
    const [[days] = []] = await rowsOf(open(), sql);
    const [[all] = []] = await rowsOf(open(), 'SELECT count(*) FROM copy_job_daily');
    expect(days).toBe(all);
  });
});
