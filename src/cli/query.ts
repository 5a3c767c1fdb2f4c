import { type answerFormats, queryFlags } from '../config/flags.ts';
import { parseQueryConfig, type QueryConfig } from '../config/commands.ts';
import { UsageError } from '../errors.ts';
import type { QueryAnswer } from '../ports.ts';
import type { Command, Out } from './command.ts';
import { tellUsage } from './query-usage.ts';

export type AnswerFormat = (typeof answerFormats)[number];

/** What a query needs from outside. */
export interface QueryWork {
  /** Runs the SQL and hands the answer on while the engine is open. */
  readonly runQuery: (
    config: QueryConfig,
    sql: string,
    use: (answer: QueryAnswer) => Promise<void>,
  ) => Promise<void>;
  /** The rows as text, piece by piece; a table for people within so many characters a line, if any are named. */
  readonly formatAs: (
    format: AnswerFormat,
    answer: QueryAnswer,
    width: number | undefined,
  ) => Promise<AsyncIterable<string>>;
  readonly readSql: (path: string) => Promise<string>;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
}

export function queryCommand({ runQuery, formatAs, readSql, now }: QueryWork): Command {
  return {
    name: 'query',
    positional: 'sql',
    describe: 'run SQL over the ledger: the embedded engine on a local one, Athena on S3',
    flags: queryFlags,
    examples: [
      ['$0 query "SELECT * FROM copy_job_daily ORDER BY start_date DESC LIMIT 20"', 'the newest days'],
      ['$0 query --file weekly.sql --format csv > weekly.csv', 'a report'],
      ['generate-sql | $0 query --file -', 'SQL from standard input'],
      ['$0 query "SHOW TABLES"', 'the tables and views'],
      ['$0 query --file weekly.sql --format markdown', 'a table for a page, a ticket or a chat'],
    ],
    async run(sources, io) {
      const parsed = parseQueryConfig(sources);
      if ('problems' in parsed) throw new UsageError(parsed.problems);
      const { config } = parsed;
      const sql = config.file === undefined ? (config.sql ?? '') : await readFrom(config.file, readSql);
      const format = config.format ?? (io.stdout.isTTY ? 'table' : 'csv');
      const startedAt = now();
      await runQuery(config, withoutEnd(sql), async (answer) => {
        let count = 0;
        const most = format === 'table' && io.stdout.isTTY && !/\blimit\b/i.test(sql) ? MOST_SHOWN : Infinity;
        const onMore = () => io.stderr.write(`${MORE}\n`);
        const rows = counting(answer.rows, { most, onMore, onRow: () => (count += 1) });
        for await (const text of await formatAs(format, { ...answer, rows }, io.stdout.columns)) {
          if (!(await write(io.data, text))) return;
        }
        tellUsage(io, { rows: count, elapsedMs: now() - startedAt, usage: answer.usage });
      });
      return 0;
    },
  };
}

async function readFrom(path: string, readSql: QueryWork['readSql']): Promise<string> {
  try {
    return (await readSql(path)).replace(/^\uFEFF/, '');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError([`file: expected a readable file of SQL, got ${path}: ${why}`]);
  }
}

/** Athena takes a statement without its semicolon only. */
function withoutEnd(sql: string): string {
  return sql.replace(/[;\s]+$/, '');
}

/** Rows a person is shown who did not say how many. */
const MOST_SHOWN = 1_000;
const MORE = `These are the first ${MOST_SHOWN.toLocaleString('en')} rows. For all of them say LIMIT ALL, or write them to a file: --format csv > FILE`;

interface Counting {
  readonly most: number;
  readonly onRow: () => void;
  readonly onMore: () => void;
}

async function* counting<T>(rows: AsyncIterable<T>, { most, onRow, onMore }: Counting): AsyncIterable<T> {
  let count = 0;
  for await (const row of rows) {
    if (count === most) {
      onMore();
      return;
    }
    count += 1;
    onRow();
    yield row;
  }
}

/**
 * Waits until the text has been taken: rows must not pile up before a slow reader. False when nobody reads any more, as
 * when `head` has seen enough.
 */
function write(out: Out, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    out.write(text, (error) => resolve(!error));
  });
}
