import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pullOnce, summaryOf } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';
import { dataOf, replayInMemory } from '../fixtures/replaying.ts';
import { cases } from './cases.ts';
import { type SomePull, someKind, somePulls } from './arbitraries.ts';

const someHistory = someKind
  .chain((kind) => somePulls(kind))
  // In order, each at an instant of its own.
  .map((pulls) =>
    pulls
      .toSorted((a, b) => a.observedAt - b.observedAt)
      .map((pull, index) => ({ ...pull, observedAt: pull.observedAt + index })),
  );

async function aLedger(pulls: readonly SomePull[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const { slice, observedAt, rows, toleratedRejects } of pulls) {
    const summaries = [
      ...rows.map((row) => summaryOf(slice.kind, row)),
      ...(toleratedRejects ? [{ Count: -1 }] : []),
    ];
    await pullOnce(summaries, { store, slice, now: observedAt, limits: { maxRejects: 1 }, keepRaw: true });
  }
  return store;
}

describe('any sequence of pulls, replayed', () => {
  it('into an empty place is the ledger again, byte for byte', async () => {
    const agrees = fc.asyncProperty(someHistory, async (pulls) => {
      const ledger = await aLedger(pulls);
      const target = new MemoryStore();
      expect(await replayInMemory(ledger, target)).toMatchObject({ outcome: 'ok', skipped: [] });
      // A day that became empty has a file of no rows where it was stored, and none where it never was.
      const filled = ([, text]: readonly [string, string]) => text !== '[]';
      expect(Object.entries(dataOf(target)).filter(filled)).toEqual(
        Object.entries(dataOf(ledger)).filter(filled),
      );
    });
    await fc.assert(agrees, { numRuns: cases(300) });
  });

  it('in its own place changes no data object, however often', async () => {
    const agrees = fc.asyncProperty(someHistory, async (pulls) => {
      const ledger = await aLedger(pulls);
      const before = dataOf(ledger);
      await replayInMemory(ledger, ledger);
      await replayInMemory(ledger, ledger);
      expect(dataOf(ledger)).toEqual(before);
    });
    await fc.assert(agrees, { numRuns: cases(150) });
  });

  it('heals whatever was done to its data objects', async () => {
    const agrees = fc.asyncProperty(
      someHistory,
      fc.infiniteStream(fc.nat({ max: 3 })),
      async (pulls, luck) => {
        const ledger = await aLedger(pulls);
        const before = dataOf(ledger);
        for (const key of Object.keys(before)) {
          const hit = luck.next().value;
          if (hit === 1) ledger.seed(key, 'damaged');
          if (hit === 2) ledger.seed(key, '[]');
          if (hit === 3) ledger.remove(key);
        }
        await replayInMemory(ledger, ledger);
        const filled = ([, text]: readonly [string, string]) => text !== '[]';
        expect(Object.entries(dataOf(ledger)).filter(filled)).toEqual(Object.entries(before).filter(filled));
      },
    );
    await fc.assert(agrees, { numRuns: cases(150) });
  });
});
