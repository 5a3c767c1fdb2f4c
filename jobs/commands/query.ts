import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { AnswerFormat } from '../../src/cli/query.ts';
import type { QueryConfig } from '../../src/config/commands.ts';
import type { QueryAnswer } from '../../src/ports.ts';
import { openEngine } from '../world/engine.ts';
import { withSession } from '../world/session.ts';
import { assertReads } from '../../src/adapters/sql-statement.ts';

/** Runs SQL as the command line does: on the embedded engine for a local ledger, on Athena for one on S3. */
export function runQuery(
  config: QueryConfig,
  sql: string,
  use: (answer: QueryAnswer) => Promise<void>,
  interrupted: AbortSignal,
): Promise<void> {
  if (config.ledger.type === 's3') assertReads(sql);
  return withSession(config, interrupted, async (session) => {
    const engine = await openEngine(config, session);
    session.closing(() => engine.close());
    await use(await engine.run(sql));
  });
}

/** The rows as text, piece by piece. */
export async function formatAs(
  format: AnswerFormat,
  answer: QueryAnswer,
  width?: number,
): Promise<AsyncIterable<string>> {
  return (await formats[format]())(answer, width);
}

type Format = (answer: QueryAnswer, width?: number) => AsyncIterable<string>;

const formats: Readonly<Record<AnswerFormat, () => Promise<Format>>> = {
  markdown: async () => (await import('../../src/adapters/terminal/answer-markdown.ts')).asMarkdown,
  table: async () => (await import('../../src/adapters/terminal/answer-table.ts')).asTable,
  csv: async () => (await import('../../src/adapters/terminal/answer-csv.ts')).asCsv,
  json: async () => (await import('../../src/adapters/terminal/answer-json.ts')).asJson,
  jsonl: async () => (await import('../../src/adapters/terminal/answer-json.ts')).asJsonLines,
};

export function readSql(path: string): Promise<string> {
  return path === '-' ? text(process.stdin) : readFile(path, 'utf8');
}
