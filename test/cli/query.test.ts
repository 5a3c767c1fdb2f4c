import { describe, expect, it } from 'vitest';
import { asTable } from '../../src/adapters/terminal/answer-table.ts';
import { asCsv } from '../../src/adapters/terminal/answer-csv.ts';
import type { Out } from '../../src/cli/command.ts';
import { runCli } from '../../src/cli/main.ts';
import { queryCommand } from '../../src/cli/query.ts';

const ROWS = 5_000;
const MORE = 'These are the first 1,000 rows. For all of them say LIMIT ALL, or write them to a file';

interface Given {
  readonly isTTY?: boolean;
  /** What lies in files; `-` is standard input. */
  readonly files?: Readonly<Record<string, string>>;
  /** What stands in each row; else the rows are numbered. */
  readonly cell?: string;
}

/** Runs `query` on an engine that answers everything with the same rows, and notes what it was asked. */
async function query(args: readonly string[], { isTTY = false, files = {}, cell }: Given = {}) {
  const asked: string[] = [];
  let taken = 0;
  let now = 10_000;
  async function* rows() {
    for (; taken < ROWS; taken++) yield [cell ?? String(taken)];
  }
  const command = queryCommand({
    async runQuery(_config, sql, use) {
      asked.push(sql);
      await use({ columns: [{ name: 'n', type: cell === undefined ? 'number' : 'text' }], rows: rows() });
    },
    formatAs: (format, answer) => Promise.resolve(format === 'table' ? asTable(answer) : asCsv(answer)),
    // Each look at the clock is a while later.
    now: () => (now += 1_234),
    readSql: (path) => Promise.resolve(files[path] ?? ''),
  });
  const texts: Record<'out' | 'err', string> = { out: '', err: '' };
  const to = (name: 'out' | 'err'): Out => ({
    isTTY,
    write(text, done) {
      texts[name] += text;
      done?.();
    },
  });
  const io = { stdout: to('out'), stderr: to('err'), env: {} };
  const code = await runCli(
    ['query', ...args],
    { commands: [command], version: '1', readFile: () => '' },
    io,
  );
  return { code, asked, taken, ...texts, lines: texts.out.split('\n').length - 1 };
}

describe('many rows', () => {
  it('end on a terminal after a thousand, with a line that says how to have all', async () => {
    const { code, lines, err, taken } = await query(['SELECT n FROM t'], { isTTY: true });
    expect({ code, lines }).toEqual({ code: 0, lines: 1_001 });
    expect(err).toContain(MORE);
    expect(taken).toBe(1_000);
  });

  it.each([
    ['on a terminal, when all are asked for', ['SELECT n FROM t LIMIT ALL'], true],
    ['on a terminal, in a format for machines', ['SELECT n FROM t', '--format', 'csv'], true],
    ['in a pipe', ['SELECT n FROM t', '--format', 'table'], false],
  ])('are all written %s', async (_where, args, isTTY) => {
    const { lines, err } = await query(args, { isTTY });
    expect(lines).toBe(ROWS + 1);
    expect(err).not.toContain(MORE);
  });
});

describe('the statement', () => {
  it.each([
    ['from standard input', ['--file', '-'], 'SELECT 2'],
    ['from standard input, in one word', ['--file=-'], 'SELECT 2'],
    ['from a file', ['--file', 'my.sql'], 'SELECT 3'],
    ['from a file that begins with a byte order mark', ['--file', 'marked.sql'], 'SELECT 4'],
    ['that begins with a comment', ['-- a\nSELECT 5'], '\n-- a\nSELECT 5'],
    ['without its end', [' SELECT 6; '], ' SELECT 6'],
  ])('is taken %s', async (_whence, args, sql) => {
    const files = { '-': 'SELECT 2;\n', 'my.sql': 'SELECT 3', 'marked.sql': '\uFEFFSELECT 4' };
    const { code, asked, err } = await query(args, { files });
    expect({ code, asked, err }).toEqual({ code: 0, asked: [sql], err: '' });
  });

  it('without quotes is told so', async () => {
    const { code, asked, err } = await query(['SELECT', '1']);
    expect({ code, asked }).toEqual({ code: 64, asked: [] });
    expect(err).toContain('sql: expected one text, got 2 words: put the SQL in quotes');
  });
});

describe('values that would steer a terminal', () => {
  const cell = '\u001b[2J\u009b31m\u202e';
  const shown = '\\u001b[2J\\u009b31m\\u202e';

  it.each([
    ['are shown on a terminal, as a table', 'table', true, shown],
    ['are shown on a terminal, as CSV', 'csv', true, shown],
    ['are shown behind a pipe, as a table', 'table', false, shown],
    ['stay as they are behind a pipe, as CSV', 'csv', false, cell],
  ])('%s', async (_what, format, isTTY, text) => {
    const { out } = await query(['SELECT n FROM t LIMIT 1', '--format', format], { isTTY, cell });
    expect(out.split('\n')[1]).toBe(text);
  });
});

describe('what is told at the end', () => {
  it('is how many rows there were and how long it took, to whoever looks', async () => {
    expect((await query(['SELECT n FROM t LIMIT ALL'], { isTTY: true })).err).toBe('5,000 rows, 1.2 s\n');
    expect((await query(['SELECT n FROM t'])).err).toBe('');
  });
});
