/** Runs `batch` while nobody else writes. */
type Exclusively = (batch: () => Promise<void>) => Promise<void>;

/** Files written at once: more would not be faster, and another process may be waiting. */
const WRITERS = 8;

interface Writer {
  readonly key: string;
  write(place: number): Promise<void>;
  fail(reason: unknown): void;
}

/**
 * Lets the writers of one process share a turn: each turn costs a lock, and waiting for the disk takes no longer for
 * several files than for one. Writers of one key never share a turn.
 */
export function takeTurns(
  exclusively: Exclusively,
): <T>(key: string, write: (place: number) => Promise<T>) => Promise<T> {
  let waiting: Writer[] = [];
  let busy = false;

  async function run(): Promise<void> {
    if (busy) return;
    busy = true;
    while (waiting.length > 0) {
      const batch = nextBatch();
      try {
        await exclusively(async () => {
          await Promise.all(batch.map((writer, place) => writer.write(place)));
        });
      } catch (reason) {
        // Those that have written are past being told.
        for (const writer of batch) writer.fail(reason);
      }
    }
    busy = false;
  }

  function nextBatch(): Writer[] {
    const batch = new Map<string, Writer>();
    for (const writer of waiting)
      if (batch.size < WRITERS && !batch.has(writer.key)) batch.set(writer.key, writer);
    waiting = waiting.filter((writer) => batch.get(writer.key) !== writer);
    return [...batch.values()];
  }

  return (key, write) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, write: (place) => write(place).then(resolve, reject), fail: reject });
      void run();
    });
}
