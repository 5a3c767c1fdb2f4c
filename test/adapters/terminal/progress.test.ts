import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createProgress } from '../../../src/adapters/terminal/progress.ts';
import type { Slice } from '../../../src/domain/slice.ts';
import { aSlice } from '../../fixtures/builders.ts';

function display(slices: readonly Slice[], columns?: number) {
  const stream = Object.assign(new PassThrough(), columns !== undefined && { columns });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  let now = 0;
  const progress = createProgress({ stream, slices, now: () => (now += 1000) });
  return {
    progress,
    lastLine: () => text.split('\n').findLast((line) => line.includes(' sli')) ?? '',
    text: () => text,
  };
}

const [one, other] = [aSlice(), aSlice({ region: 'us-east-1' })];

it('counts slices done, pages, rows, rows a second and requests sent again', () => {
  const { progress, lastLine } = display([one, other]);
  progress.report({ type: 'page', slice: one, page: 1, rows: 500 });
  progress.report({ type: 'retry', slice: other, attempt: 1, reason: 'Throttling' });
  progress.report({ type: 'page', slice: other, page: 1, rows: 700 });
  expect(lastLine()).toContain('0 of 2 slices · 2 pages · 1,200 rows · 200 rows/s · 1 request sent again');
});

it('tells the time left only while every open slice was pulled before', () => {
  const { progress, lastLine } = display([one, other]);
  progress.report({ type: 'slice-started', slice: one, expectedPages: 10 });
  progress.report({ type: 'page', slice: one, page: 1, rows: 1 });
  expect(lastLine()).not.toContain('left');
  progress.report({ type: 'slice-started', slice: other, expectedPages: 10 });
  progress.report({ type: 'page', slice: other, page: 1, rows: 1 });
  expect(lastLine()).toMatch(/about 1 min \d+ s left · 2 pages/);
});

it('keeps log lines above the display', () => {
  const { progress, text } = display([one]);
  progress.report({ type: 'page', slice: one, page: 1, rows: 1 });
  progress.writeAbove('a line\n');
  expect(text().indexOf('a line')).toBeLessThan(text().lastIndexOf(' slice'));
});

it.each([
  [80, '0 of 1 slice · 1 page · 500 rows · 250 rows/s'],
  [31, '0 of 1 slice · 1 page'],
  [12, '0 of 1 sli…'],
])('says at %i columns what there is room for', (columns, text) => {
  const { progress, lastLine } = display([one], columns);
  progress.report({ type: 'page', slice: one, page: 1, rows: 500 });
  expect(lastLine()).toContain(text);
  expect(lastLine()).not.toContain(`${text} ·`);
});
