import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachRow } from '../../src/domain/row.ts';
import { readSlice } from '../../src/read/read-slice.ts';
import { aSlice, aSource, aSummary, OBSERVED_AT, type Summary } from '../fixtures/builders.ts';
import { cases } from './cases.ts';

interface Read {
  readonly state: string;
  readonly count: number;
}

/** What AWS reads out, in order: few identities, so that they come again. */
const someReads = fc.array(
  fc.record({
    state: fc.constantFrom('CREATED', 'RUNNING', 'COMPLETED', 'FAILED'),
    count: fc.integer({ min: 0, max: 2 }),
  }),
  { maxLength: 20 },
);

/**
 * Cuts the sequence into pages: where told to, and wherever one page would else hold two counts of one identity, which
 * no page of AWS may.
 */
function cut(reads: readonly Read[], cuts: readonly boolean[]): Summary[][] {
  const pages: Summary[][] = [[]];
  let onPage = new Map<string, number>();
  reads.forEach(({ state, count }, index) => {
    const differs = onPage.has(state) && onPage.get(state) !== count;
    if (cuts[index] || differs) {
      pages.push([]);
      onPage = new Map();
    }
    onPage.set(state, count);
    pages.at(-1)?.push(aSummary({ State: state, Count: count }));
  });
  return pages;
}

async function readPages(pages: readonly (readonly Summary[])[]) {
  const reading = await readSlice({
    slice: aSlice(),
    source: aSource(pages),
    maxPages: 1000,
    maxRejects: 0,
    clock: { now: () => OBSERVED_AT },
    onAttempt: () => undefined,
    onPage: () => undefined,
    onRestart: () => undefined,
  });
  return { rows: [...eachRow(reading.rows())], books: reading.books };
}

describe('de-duplication', () => {
  it('does not depend on where pages end', async () => {
    const someCuts = fc.array(fc.boolean(), { minLength: 20, maxLength: 20 });
    const ignores = fc.asyncProperty(someReads, someCuts, someCuts, async (reads, one, other) => {
      expect(await readPages(cut(reads, one))).toEqual(await readPages(cut(reads, other)));
    });
    await fc.assert(ignores, { numRuns: cases(500) });
  });

  it('keeps the last count of each identity and accounts for every other reading', async () => {
    const keeps = fc.asyncProperty(someReads, async (reads) => {
      const { rows, books } = await readPages(cut(reads, []));
      const last = new Map(reads.map(({ state, count }) => [state, count]));
      expect(new Map(rows.map((row) => [row.state, row.job_count]))).toEqual(last);
      expect(rows).toHaveLength(last.size);
      const pairs = [...last.keys()].flatMap((state) => {
        const counts = reads.filter((read) => read.state === state).map(({ count }) => count);
        return counts.slice(1).map((count, index) => count === counts[index]);
      });
      expect(books).toMatchObject({
        received: reads.length,
        kept: last.size,
        duplicates: pairs.filter(Boolean).length,
        conflicts: pairs.filter((same) => !same).length,
      });
    });
    await fc.assert(keeps, { numRuns: cases(500) });
  });
});
