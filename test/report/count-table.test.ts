import { describe, expect, it } from 'vitest';
import { CountTable } from '../../src/report/count-table.ts';

function tableOf(...rows: readonly (readonly [place: readonly number[], counts: readonly number[]])[]) {
  const table = new CountTable(['region', 'day'], ['jobs', 'failed']);
  for (const [place, counts] of rows) table.add(place, counts);
  return table;
}

describe('a table of counts', () => {
  it('is sorted by its keys, the first one first', () => {
    const table = tableOf(
      [
        [1, 0],
        [1, 0],
      ],
      [
        [0, 12],
        [2, 0],
      ],
      [
        [0, 2],
        [3, 0],
      ],
    );
    expect(table.columns()).toEqual({
      region: [0, 0, 1],
      day: [2, 12, 0],
      jobs: [3, 2, 1],
      failed: [0, 0, 0],
    });
  });

  it('adds up what belongs to the same place, wherever it came', () => {
    const table = tableOf(
      [
        [1, 5],
        [1, 1],
      ],
      [
        [0, 5],
        [7, 0],
      ],
      [
        [1, 5],
        [2, 0],
      ],
      [
        [1, 5],
        [4, 1],
      ],
    );
    expect(table.columns()).toEqual({ region: [0, 1], day: [5, 5], jobs: [7, 7], failed: [0, 2] });
  });

  it('is sorted by the ranks of keys, and keys of one rank are one', () => {
    const table = tableOf(
      [
        [0, 1],
        [1, 0],
      ],
      [
        [1, 1],
        [2, 0],
      ],
      [
        [2, 1],
        [4, 0],
      ],
    );
    const region = (at: number) => [1, 0, 1][at] ?? 0;
    expect(table.columns({ region })).toEqual({ region: [0, 1], day: [1, 1], jobs: [2, 5], failed: [0, 0] });
  });

  it('of nothing has its columns', () => {
    expect(tableOf().columns()).toEqual({ region: [], day: [], jobs: [], failed: [] });
  });
});
