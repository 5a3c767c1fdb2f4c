import { describe, expect, it } from 'vitest';
import { asMarkdown } from '../../../src/adapters/terminal/answer-markdown.ts';
import type { AnswerColumn } from '../../../src/ports.ts';

async function markdown(
  columns: readonly AnswerColumn[],
  rows: readonly (readonly (string | null)[])[],
): Promise<string> {
  async function* stream() {
    yield* rows;
  }
  let text = '';
  for await (const part of asMarkdown({ columns, rows: stream() })) text += part;
  return text;
}

const columns: readonly AnswerColumn[] = [
  { name: 'state', type: 'text' },
  { name: 'n', type: 'number' },
  { name: 'rate', type: 'number' },
];

describe('a table in Markdown', () => {
  it('has a line below its names, numbers on the right and rates rounded', async () => {
    const rows = [
      ['COMPLETED_WITH_ISSUES', '12', '0.9333333333'],
      [null, '1', '1.0'],
    ];
    expect(await markdown(columns, rows)).toBe(`\
| state                 |   n |   rate |
| --------------------- | --: | -----: |
| COMPLETED_WITH_ISSUES |  12 | 0.9333 |
|                       |   1 | 1.0000 |
`);
  });

  it('of no rows has its names', async () => {
    expect(await markdown(columns, [])).toBe('| state |   n | rate |\n| ----- | --: | ---: |\n');
  });

  it.each([
    ['a|b', String.raw`a\|b`],
    ['*x* `y` ~z~ [l](u)', String.raw`\*x\* \`y\` \~z\~ \[l\](u)`],
    ['_x_ copy_job_daily', String.raw`\_x\_ copy_job_daily`],
    ['<img src=x> &amp;', '&lt;img src=x> &amp;amp;'],
    ['C:\\temp', String.raw`C:\\temp`],
    ['two\nlines', String.raw`two\\u000alines`],
  ])('means what it says: %j', async (cell, text) => {
    const [, , row] = (await markdown([{ name: 'x', type: 'text' }], [[cell]])).split('\n');
    expect(row).toBe(`| ${text} |`);
  });
});
