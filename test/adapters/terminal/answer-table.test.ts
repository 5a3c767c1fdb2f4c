import { describe, expect, it } from 'vitest';
import { asTable } from '../../../src/adapters/terminal/answer-table.ts';
import type { AnswerColumn } from '../../../src/ports.ts';

const columns: readonly AnswerColumn[] = [
  { name: 'n', type: 'number' },
  { name: 'region', type: 'text' },
];

/** Rows without end, and how many of them have been taken. */
function endless() {
  const taken = { count: 0 };
  async function* rows() {
    for (;;) yield [String((taken.count += 1)), 'eu-west-1'];
  }
  return { taken, rows: rows() };
}

async function tableOf(rows: Iterable<readonly (string | null)[]>): Promise<string> {
  async function* stream() {
    yield* rows;
  }
  let text = '';
  for await (const part of asTable({ columns, rows: stream() })) text += part;
  return text;
}

describe('a table', () => {
  it('streams: widths come from the first rows, and each further row is written as it comes', async () => {
    const { taken, rows } = endless();
    const texts = asTable({ columns, rows })[Symbol.asyncIterator]();
    const first = await texts.next();
    expect(first.value).toMatch(/^ {2}n {2}region\n {2}1 {2}eu-west-1\n/);
    expect(taken.count).toBeLessThanOrEqual(200);
    const seen = taken.count;
    for (const more of [1, 2, 3]) {
      expect((await texts.next()).value).toBe(`${seen + more}  eu-west-1\n`);
      expect(taken.count).toBe(seen + more);
    }
    await texts.return?.();
  });

  it('of 294,130 rows is written to its last one', async () => {
    const { taken, rows } = endless();
    let written = 0;
    let last = '';
    for await (const text of asTable({ columns, rows })) {
      written += text.split('\n').length - 1;
      last = text;
      if (taken.count === 294_130) break;
    }
    expect({ written, last }).toEqual({ written: 294_131, last: '294130  eu-west-1\n' });
  });

  it('lets a cell that is longer than the first ones push its line aside', async () => {
    const few = Array.from({ length: 200 }, (_, index) => [String(index), 'x']);
    const text = await tableOf([...few, ['1000000', 'a long one'], [null, null]]);
    expect(text.split('\n').slice(-4)).toEqual(['199  x', '1000000  a long one', '', '']);
  });

  it('of no rows has its names', async () => {
    expect(await tableOf([])).toBe('n  region\n');
  });
});
