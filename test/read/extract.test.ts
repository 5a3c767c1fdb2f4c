import { describe, expect, it } from 'vitest';
import { kindNames, kinds } from '../../schemas/kinds.ts';
import { BadDataError } from '../../src/errors.ts';
import { extractPage } from '../../src/read/extract.ts';
import { aSummary } from '../fixtures/builders.ts';

describe('extractPage', () => {
  it('takes the summaries, untouched and in order, and the token', () => {
    const items = [aSummary({ Count: 1 }), 'not a summary', aSummary({ Count: 2 })];
    expect(extractPage(kinds.copy.resultList, { CopyJobSummaries: items, NextToken: 'more' })).toEqual({
      items,
      nextToken: 'more',
    });
  });

  it.each(kindNames)('finds the list of %s jobs under its own name', (kind) => {
    expect(extractPage(kinds[kind].resultList, { [kinds[kind].resultList]: [1] }).items).toEqual([1]);
  });

  it.each([{}, { CopyJobSummaries: null }, { CopyJobSummaries: [] }, { BackupJobSummaries: [1] }])(
    'reads %o as an empty last page',
    (document) => {
      expect(extractPage(kinds.copy.resultList, document)).toEqual({ items: [], nextToken: undefined });
    },
  );

  it.each([undefined, null, ''])('takes the token %j for the end', (token) => {
    expect(
      extractPage(kinds.copy.resultList, { CopyJobSummaries: [], NextToken: token }).nextToken,
    ).toBeUndefined();
  });

  it('reads an empty page with a token as a page that goes on', () => {
    expect(extractPage(kinds.copy.resultList, { CopyJobSummaries: [], NextToken: 'more' }).nextToken).toBe(
      'more',
    );
  });

  it.each([
    [null, 'the answer: expected an object, got null'],
    [[], 'the answer: expected an object, got []'],
    ['text', 'the answer: expected an object, got "text"'],
    [undefined, 'the answer: expected an object, got nothing'],
    [{ CopyJobSummaries: {} }, 'CopyJobSummaries: expected a list, got {}'],
    [{ CopyJobSummaries: 'none' }, 'CopyJobSummaries: expected a list, got "none"'],
    [{ CopyJobSummaries: [], NextToken: 7 }, 'NextToken: expected a string, got 7'],
    [{ CopyJobSummaries: [], NextToken: false }, 'NextToken: expected a string, got false'],
  ])('refuses %j: it is bad data', (document, message) => {
    const extract = () => extractPage(kinds.copy.resultList, document);
    expect(extract).toThrow(BadDataError);
    expect(extract).toThrow(message);
  });
});
