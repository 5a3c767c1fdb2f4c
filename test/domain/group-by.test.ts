import { describe, expect, it } from 'vitest';
import { groupBy } from '../../src/domain/group-by.ts';

describe('groupBy', () => {
  it('keeps groups, and values within them, in the order met', () => {
    const groups = groupBy(['pear', 'apple', 'plum', 'fig'], (word) => word[0]);
    expect([...groups]).toEqual([
      ['p', ['pear', 'plum']],
      ['a', ['apple']],
      ['f', ['fig']],
    ]);
  });

  it('keeps null apart from the word null', () => {
    expect(groupBy([null, 'null'], (value) => value).size).toBe(2);
  });

  it('makes no groups of nothing', () => {
    expect(groupBy([], String).size).toBe(0);
  });
});
