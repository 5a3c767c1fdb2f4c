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

/** A table as a terminal of this width is given it. */
async function seenAt(
  width: number | undefined,
  shape: readonly AnswerColumn[],
  rows: readonly (readonly (string | null)[])[],
): Promise<string[]> {
  async function* stream() {
    yield* rows;
  }
  let text = '';
  for await (const part of asTable({ columns: shape, rows: stream() }, width)) text += part;
  return text.trimEnd().split('\n');
}

describe('a table on a terminal', () => {
  const wide: readonly AnswerColumn[] = [
    { name: 'account_id', type: 'text' },
    { name: 'reason', type: 'text' },
    { name: 'jobs', type: 'number' },
  ];
  const reason = 'the vault of the other account is locked, and its policy names another role';
  const rows = [
    ['111111111111', reason, '12'],
    ['222222222222', 'none', '1234567'],
  ];

  it('that fits is as it is anywhere', async () => {
    expect(await seenAt(120, wide, rows)).toEqual(await seenAt(undefined, wide, rows));
  });

  it('cuts long values, and no short one', async () => {
    expect(await seenAt(60, wide, rows)).toEqual([
      'account_id    reason                                    jobs',
      '111111111111  the vault of the other account is lo…       12',
      '222222222222  none                                   1234567',
    ]);
  });

  it('turns its rows upright where cutting is not enough, and cuts there, too', async () => {
    expect(await seenAt(40, wide, rows)).toEqual([
      '─ row 1 ────────────────────────────────',
      'account_id  111111111111',
      'reason      the vault of the other acco…',
      'jobs        12',
      '─ row 2 ────────────────────────────────',
      'account_id  222222222222',
      'reason      none',
      'jobs        1234567',
    ]);
  });

  it('gives a later, longer value what room there is in the line, and never cuts a number', async () => {
    const many = Array.from({ length: 200 }, () => ['1', 'x', '1']);
    const later = await seenAt(40, wide, [...many, ['1', reason, '1'], ['1', 'x', '9'.repeat(45)]]);
    expect(later.slice(-2)).toEqual([
      '1           the vault of the othe…     1',
      `1           x       ${'9'.repeat(45)}`,
    ]);
  });
});

describe('rates', () => {
  const column = [{ name: 'success_rate', type: 'number' }] as const;
  const shown = async (...cells: readonly (string | null)[]) =>
    (
      await seenAt(
        undefined,
        column,
        cells.map((cell) => [cell]),
      )
    )
      .slice(1)
      .map((line) => line.trim());

  it('have four places in a table, the short ones beside them, too', async () => {
    expect(await shown('0.9333333333333333', '1.0', '0.5', '12', null)).toEqual([
      '0.9333',
      '1.0000',
      '0.5000',
      '12',
    ]);
  });

  it.each([
    ['0.99998', '0.99998'],
    ['0.999999999', '0.999999999'],
    ['0.0000204', '0.00002'],
    ['2.04E-5', '0.00002'],
    ['-0.00004999', '-0.00005'],
    ['3.00000', '3.0000'],
  ])('never read as all or none unless they are: %s', async (cell, text) => {
    expect(await shown(cell)).toEqual([text]);
  });

  it.each([
    '0.5',
    '1234.5678',
    '9007199254740993',
    '12345678901234567890.123456789',
    'NaN',
    'Infinity',
    '1E30',
  ])('alone: %s stays as it is', async (cell) => {
    expect(await shown(cell)).toEqual([cell]);
  });

  it('are not looked for in texts', async () => {
    const [, cell] = await seenAt(undefined, [{ name: 'version', type: 'text' }], [['0.123456789']]);
    expect(cell).toBe('0.123456789');
  });
});
