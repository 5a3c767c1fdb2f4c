import { describe, expect, it } from 'vitest';
import { show, some } from '../../src/domain/show.ts';

describe('show', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [-1, '-1'],
    ['a"b', '"a\\"b"'],
    [{ a: [1] }, '{"a":[1]}'],
    [() => 1, 'function'],
  ])('writes %o as %s', (value, expected) => {
    expect(show(value)).toBe(expected);
  });

  it('shortens a long value and says how long it was', () => {
    const shown = show('x'.repeat(10_000));
    expect(shown).toBe(`"${'x'.repeat(79)}… (10002 characters)`);
  });

  it.each(['\ud800', `${'x'.repeat(78)}😀😀`])('is always well-formed text', (value) => {
    expect(show(value).isWellFormed()).toBe(true);
  });

  it('writes control characters as escapes, so that no value can write to a terminal', () => {
    expect(show('\u001b[2J\n')).toBe('"\\u001b[2J\\n"');
  });
});

describe('some', () => {
  it('names all of a few', () => {
    expect(some(['one', 'two'])).toBe('one, two');
  });

  it('names the first five and counts the rest', () => {
    expect(some(new Set('abcdefg'))).toBe('a, b, c, d, e and 2 more');
  });

  it('names as many as it is told to', () => {
    expect(some(['one', 'two', 'three', 'four'], 3)).toBe('one, two, three and 1 more');
  });
});
