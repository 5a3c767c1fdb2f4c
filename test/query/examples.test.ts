import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLocalEngine } from '../../jobs/world/duckdb.ts';
import { questions } from '../../schemas/questions.ts';
import type { Example, View } from '../../schemas/views/view.ts';
import { views } from '../../schemas/views/views.ts';
import { asTable } from '../../src/adapters/terminal/answer-table.ts';
import { DAY_MS, utcDay } from '../../src/domain/day.ts';
import type { QueryEngine } from '../../src/ports.ts';
import { openTrial, RUN_TIME, type Trial } from '../fixtures/trial.ts';

/** The documented queries, with what they answer on a simulated world. */

let trial: Trial;
let engine: QueryEngine;
beforeAll(async () => {
  trial = await openTrial({ now: RUN_TIME - DAY_MS, summaries: 1000 });
  const flags = { region: 'eu-west-1,us-east-1,ap-southeast-2', kind: 'all' };
  await trial.pull(flags);
  trial.simulator.clock.set(RUN_TIME);
  await trial.pull(flags);
  const signal = new AbortController().signal;
  engine = await openLocalEngine(trial.ledger, { database: 'backup_ledger', signal });
});
afterAll(async () => {
  engine.close();
  await trial.close();
});

/** A relative date means the day of the world, not the day of the test. */
function asOfRun(sql: string): string {
  return sql.replaceAll('current_date', `DATE '${utcDay(RUN_TIME)}'`);
}

async function answered(sql: string): Promise<string> {
  let text = '';
  for await (const piece of asTable(await engine.run(asOfRun(sql)))) text += piece;
  const lines = text.trimEnd().split('\n');
  return (lines.length > 1 ? lines : ['(no rows)']).map((line) => `${line}\n`).join('');
}

async function chapterOf({ name, comment, examples }: View): Promise<string> {
  return [`## ${name}`, '', `${comment}.`, '', ...(await answersTo(examples))].join('\n');
}

/** Each question, its SQL and what comes back. */
async function answersTo(examples: readonly Example[]): Promise<string[]> {
  const parts: string[] = [];
  for (const { question, sql } of examples) {
    const answer = (await answered(sql)).trimEnd();
    parts.push([question, '', '```sql', sql, '```', '', '```text', answer, '```', ''].join('\n'));
  }
  return parts;
}

it('are written down in schemas/athena/QUERIES.md', async () => {
  const chapters: string[] = [];
  for (const view of views.filter(({ examples }) => examples.length > 0))
    chapters.push(await chapterOf(view));
  const intro = [
    '# Views, and what to ask them',
    '',
    'Each query runs on Athena and, by `backup-ledger query`, on a local ledger. The answers are those of a simulated world',
    '(`backup-ledger simulate`, three regions, all kinds), pulled on 2026-11-22 and on 2026-11-23, the day they are asked. A',
    'test writes this page, and another one runs every query on Trino and on DuckDB and compares.',
    '',
    "Dates are relative: `start_date >= current_date - INTERVAL '7' DAY` picks the days, and the same bound on `start_month` keeps",
    'Athena from opening the files of other months (the local engine sees that by itself). `date_add`, `date_trunc`, `date_diff`,',
    '`date_format`, `day_of_week`, `day_of_month` and `approx_percentile` work on both; `format_datetime` and `date_parse` on Athena only.',
    '',
    '',
  ].join('\n');
  await expect(intro + chapters.join('\n')).toMatchFileSnapshot('../../schemas/athena/QUERIES.md');
});

it('are twelve questions people ask, in schemas/README.md', async () => {
  const page = fileURLToPath(new URL('../../schemas/README.md', import.meta.url));
  const [before, rest = ''] = (await readFile(page, 'utf8')).split('## Twelve questions\n', 2);
  const after = rest.slice(rest.indexOf('\nA dashboard for Grafana') + 1);
  const answers = (await answersTo(questions)).join('\n');
  const chapter = `## Twelve questions\n\nAsked on 2026-11-23 of the same simulated world as [\`athena/QUERIES.md\`](athena/QUERIES.md).\n\n${answers}\n`;
  await expect(`${before}${chapter}${after}`).toMatchFileSnapshot('../../schemas/README.md');
});
