import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { summaryText } from '../../../src/adapters/terminal/summary-text.ts';
import { countWord, signs, type Summary, type SummaryTable } from '../../../src/domain/summary.ts';

const table: SummaryTable = {
  columns: [
    { title: '' },
    { title: 'region' },
    { title: 'pages', isNumber: true, spare: 2 },
    { title: 'rows', isNumber: true },
    { title: 'unchanged', isNumber: true, spare: 1 },
  ],
  rows: [
    [signs.ok, { text: 'eu-west-1' }, countWord(3), countWord(1_402), countWord(14)],
    [signs.failed, { text: 'ap-southeast-2' }, countWord(0), countWord(0), countWord(0)],
  ],
};

function plain(summary: Summary, width?: number): string[] {
  return summaryText(summary, { width, colour: false }).split('\n');
}

describe('a table', () => {
  it('has its numbers on the right, and no blanks at the end of a line', () => {
    expect(plain([table])).toEqual([
      '   region          pages   rows  unchanged',
      '✓  eu-west-1           3  1,402         14',
      '✗  ap-southeast-2      0      0          0',
      '',
    ]);
  });

  it.each([
    [42, '   region          pages   rows  unchanged'],
    [41, '   region           rows  unchanged'],
    [35, '   region           rows  unchanged'],
    [34, '   region           rows'],
  ])('that does not fit %i columns leaves out what can be spared', (width, head) => {
    expect(plain([table], width)[0]).toBe(head);
  });

  it('that fits no better cuts its texts, never its numbers', () => {
    expect(plain([table], 20)).toEqual([
      '   region       rows',
      '✓  eu-west-1   1,402',
      '✗  ap-southe…      0',
      '',
    ]);
  });
});

describe('a paragraph', () => {
  const words = [
    { text: 'copy eu-west-1: ', tone: 'strong' },
    { text: 'AWS refused the call. Ask for the right to make it' },
  ] as const;

  it('is broken between words, and its lines begin below its first word', () => {
    expect(plain([[{ sign: signs.failed, words }]], 30)).toEqual([
      '✗  copy eu-west-1: AWS refused',
      '   the call. Ask for the right',
      '   to make it',
      '',
    ]);
  });

  it('is one line where nothing limits it, and stands apart from a table', () => {
    const lines = plain([table, [{ words }]]);
    expect(lines.slice(3)).toEqual([
      '',
      'copy eu-west-1: AWS refused the call. Ask for the right to make it',
      '',
    ]);
  });
});

describe('colours', () => {
  const summary: Summary = [table, [{ sign: signs.doubtful, words: [{ text: 'partial: ', tone: 'bad' }] }]];

  it.each([undefined, 80, 34, 12])('say nothing that is not said without them, at %s columns', (width) => {
    const coloured = summaryText(summary, { width, colour: true });
    expect(coloured).toContain('\u001b[31m');
    expect(stripVTControlCharacters(coloured)).toBe(summaryText(summary, { width, colour: false }));
  });

  it('are chosen by the theme of the terminal, light or dark: no shade and no background of our own', () => {
    const coloured = summaryText(summary, { width: 80, colour: true });
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    const codes = [...coloured.matchAll(/\u001b\[([\d;]*)m/g)].map(([, code]) => Number(code));
    const [bold, dim, plainWeight, red, green, yellow, plainColour] = [1, 2, 22, 31, 32, 33, 39];
    const allowed = [bold, dim, plainWeight, red, green, yellow, plainColour];
    expect(codes.filter((code) => !allowed.includes(code))).toEqual([]);
  });
});

it('words of others steer nothing, in a table or a paragraph', () => {
  const evil = '\u001b]0;title\u0007\u001b[2J\r\u009b31m\u202e\nforged';
  const summary: Summary = [
    { columns: [{ title: 'x' }], rows: [[{ text: evil }]] },
    [{ words: [{ text: evil }] }],
  ];
  const text = summaryText(summary, { width: undefined, colour: false });
  // oxlint-disable-next-line no-control-regex -- they are what must not be there
  expect(text.replaceAll('\n', '')).not.toMatch(/[\0-\u001f\u007f-\u009f\u202e]/);
  expect(text.split('\n')).toHaveLength(5);
});

it('wide characters take the room they need', () => {
  const rows = [[{ text: '日本語の名前' }, { text: 'x' }]];
  const lines = plain([{ columns: [{ title: 'name' }, { title: 'y' }], rows }], 11);
  expect(lines.map((line) => stringWidth(line)).every((width) => width <= 11)).toBe(true);
  expect(lines[1]).toBe('日本語…   x');
});
