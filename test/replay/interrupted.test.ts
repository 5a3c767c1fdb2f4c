import { expect, it } from 'vitest';
import { aSummary, pullOnce } from '../fixtures/builders.ts';
import { MemoryStore } from '../fixtures/memory-store.ts';
import { dataOf, replayInMemory } from '../fixtures/replaying.ts';

const DAYS = ['2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21'];

/** Gives up at one of its writes. */
class DyingStore extends MemoryStore {
  dieAt = Number.POSITIVE_INFINITY;
  #writes = 0;

  override async put(...args: Parameters<MemoryStore['put']>) {
    this.#writes += 1;
    if (this.#writes === this.dieAt) throw new Error('died');
    return super.put(...args);
  }

  startCounting(): void {
    this.#writes = 0;
  }
}

async function aLedger(): Promise<DyingStore> {
  const store = new DyingStore();
  const now = Date.UTC(2026, 10, 23, 3);
  await pullOnce(
    DAYS.map((day) => aSummary({ day })),
    { store, now, keepRaw: true },
  );
  await pullOnce(
    DAYS.map((day) => aSummary({ day, Count: 2 })),
    { store, now: now + 1, keepRaw: true },
  );
  return store;
}

it.each(['its own place', 'another place'])(
  'dying at each write in turn leaves each partition as it was or as it should be in %s',
  async (place) => {
    const sound = dataOf(await aLedger());
    const inPlace = place === 'its own place';
    let deaths = 0;
    for (let write = 1; write < 20; write++) {
      const ledger = await aLedger();
      const target = inPlace ? ledger : new DyingStore();
      if (inPlace) for (const key of Object.keys(sound)) ledger.seed(key, 'damaged');
      target.dieAt = write;
      target.startCounting();
      const died = await replayInMemory(ledger, target).then(
        () => false,
        () => true,
      );
      for (const [key, text] of Object.entries(dataOf(target))) {
        expect([...(inPlace ? ['damaged'] : []), sound[key]], `${key} after write ${write}`).toContain(text);
      }
      target.dieAt = Number.POSITIVE_INFINITY;
      await replayInMemory(ledger, target);
      expect(dataOf(target)).toEqual(sound);
      deaths += died ? 1 : 0;
    }
    // A month is one write, so a replay into another place dies at the file, its record and the line that says it.
    expect(deaths).toBeGreaterThan(1);
  },
);
