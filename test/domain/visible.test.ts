import { describe, expect, it } from 'vitest';
import { visible, visibleInLine } from '../../src/domain/visible.ts';

const codes = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** C0 without tab and line feed, delete and C1, line ends of Unicode, and marks that turn the direction of text. */
const steering = [
  ...codes(0, 8),
  ...codes(0x0b, 0x1f),
  ...codes(0x7f, 0x9f),
  0x61c,
  0x200e,
  0x200f,
  ...codes(0x2028, 0x202e),
  ...codes(0x2066, 0x2069),
].map((code) => String.fromCharCode(code));

describe('text of others', () => {
  it('is written out where it would steer a terminal, each character', () => {
    for (const character of steering) {
      const code = character.charCodeAt(0).toString(16).padStart(4, '0');
      for (const show of [visible, visibleInLine]) expect(show(`a${character}b`)).toBe(`a\\u${code}b`);
    }
  });

  it('stays as it is otherwise, and is not written out twice', () => {
    const text = 'Zürich 東京 🎉 नमस्ते שלום \\u001b "quoted"';
    expect(visibleInLine(text)).toBe(text);
    expect(visible(visible(steering.join('')))).toBe(visible(steering.join('')));
  });

  it('may have lines and tabs, unless it is to stand in one line', () => {
    expect(visible('a\n\tb')).toBe('a\n\tb');
    expect(visibleInLine('a\n\tb')).toBe('a\\u000a\\u0009b');
  });

  it('as JSON means the same', () => {
    const value = { text: steering.join('') };
    expect(JSON.parse(visible(JSON.stringify(value)))).toEqual(value);
  });
});
