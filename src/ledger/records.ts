import type { EpochMs } from '../../schemas/columns.ts';
import { addMonths, type Month } from '../domain/day.ts';
import { sha256 } from '../domain/sha256.ts';
import type { ObjectStore, RetryLostRaces } from '../ports.ts';
import { encodeRecord, type RecordLink } from './pull-record.ts';
import { pullName, recordMonth, recordsPath } from './records-key.ts';

/**
 * The pull records of a slice: an object a month, a line a pull, oldest first. Each line carries the hash of the line
 * before it, across months, so that none can be changed, removed or moved unseen.
 */

const LINE_FEED = 0x0a;

/** The lines of an object of records, without their line feeds. What follows the last line feed is a line, too. */
export function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  if (start < bytes.length) lines.push(bytes.subarray(start));
  return lines;
}

/** A slice's records, and the month before which it can have none. */
export interface SliceRecords {
  /** The slice's name. */
  readonly slice: string;
  readonly firstMonth: Month;
}

/** A record that is to be added: everything but what chains and names it. */
export interface NewRecord extends SliceRecords {
  readonly observedAt: EpochMs;
  readonly withLink: (link: RecordLink) => Parameters<typeof encodeRecord>[0];
}

/** Where records are added, and how a lost race is run again. */
export interface RecordsWorld {
  readonly store: ObjectStore;
  readonly retryLostRaces: RetryLostRaces;
}

/**
 * Adds a record to its slice's object of the month, by compare and swap, and returns the pull's name. Of two pulls that began
 * in the same millisecond the later one takes the next. Throws what the store throws, `LostRaceError`.
 */
export async function appendRecord(
  record: NewRecord,
  { store, retryLostRaces }: RecordsWorld,
): Promise<string> {
  const { slice, firstMonth, observedAt, withLink } = record;
  const month = recordMonth(observedAt);
  const key = recordsPath({ slice, month });
  /** Lines whose put was not answered as written: the answer may have been lost. */
  const tried = new Map<string, string>();
  return retryLostRaces(key, async () => {
    const stored = await store.get(key);
    const lines = stored ? linesOf(stored.bytes) : [];
    const texts = lines.map((line) => new TextDecoder().decode(line));
    const ours = texts.find((text) => tried.has(text));
    if (ours !== undefined) return tried.get(ours);
    const last = lines.at(-1) ?? (await newestLineBefore(store, { slice, firstMonth }, month));
    const pull = freeName(texts, slice, observedAt);
    const line = encodeRecord(withLink({ pull, previous_sha256: last ? sha256(last) : null }));
    tried.set(line, pull);
    const bytes = Buffer.concat(
      [...lines, Buffer.from(line)].flatMap((text) => [text, Buffer.of(LINE_FEED)]),
    );
    const put = await store.put(key, bytes, stored ? { ifVersion: stored.version } : { ifAbsent: true });
    return put.written ? pull : undefined;
  });
}

/** The first name from the instant on that no line bears. */
function freeName(lines: readonly string[], slice: string, observedAt: EpochMs): string {
  for (let instant = observedAt; ; instant += 1) {
    const name = pullName({ instant, slice });
    if (!lines.some((line) => line.includes(`"pull":"${name}"`))) return name;
  }
}

async function newestLineBefore(
  store: ObjectStore,
  records: SliceRecords,
  month: Month,
): Promise<Uint8Array | undefined> {
  for await (const { lines } of monthsBack(store, records, addMonths(month, -1))) return lines.at(-1);
  return undefined;
}

/** The slice's objects from a month backwards, asked for by key. Most slices have one every month. */
export async function* monthsBack(
  store: ObjectStore,
  { slice, firstMonth }: SliceRecords,
  from: Month,
): AsyncGenerator<{ readonly month: Month; readonly lines: readonly Uint8Array[] }> {
  for (let month = from; month >= firstMonth; month = addMonths(month, -1)) {
    const stored = await store.get(recordsPath({ slice, month }));
    if (stored) yield { month, lines: linesOf(stored.bytes) };
  }
}
