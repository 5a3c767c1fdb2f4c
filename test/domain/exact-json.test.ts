import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../src/domain/exact-json.ts';
import { BadDataError } from '../../src/errors.ts';

describe('JSON read exactly', () => {
  it('is what JSON.parse makes of any document, however it is laid out', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2), (text, blanks) => {
        const laidOut = JSON.stringify(JSON.parse(text), undefined, blanks);
        fc.pre(!/[\d.]{17,}/.test(laidOut));
        expect(parseExactJson(laidOut)).toEqual({ document: JSON.parse(laidOut) });
      }),
    );
  });

  it.each([
    '{"Count":5,"Count":7}',
    '{"Count" :5,"Count":7}',
    '{"a":1,"\\u0061":2}',
    '{"x":"\\":","Count":5,"Count" : 7}',
    '{"list":[],"list":[1]}',
    '[{"a":{"b":1,"b":1}}]',
    '{"__proto__":1,"__proto__":2}',
  ])('refuses a field that is there twice: %s', (text) => {
    expect(parseExactJson(text).problem).toBeInstanceOf(BadDataError);
  });

  it.each([
    ['[4.9999999999999999]', ['4.9999999999999999']],
    [
      '{"a":"1,12345678901234567890,","b":12345678901234567890}',
      { a: '1,12345678901234567890,', b: '12345678901234567890' },
    ],
    ['[9007199254740991,1.763856E9,-5]', [9007199254740991, 1763856000, -5]],
  ])('keeps a number a double cannot hold as its text: %s', (text, value) => {
    expect(parseExactJson(text)).toEqual({ document: value });
  });

  it('takes what is nested 200,000 deep', () => {
    expect(parseExactJson(`${'['.repeat(200_000)}${']'.repeat(200_000)}`).document).toBeInstanceOf(Array);
  });
});
