import type { Books } from '../../schemas/pull-result.ts';
import { sha256 } from '../domain/sha256.ts';
import { asLedgerError, DamagedObjectError } from '../errors.ts';
import type { LineCodec, ObjectStore, SummarySource } from '../ports.ts';
import { readSlice, type Reading } from '../read/read-slice.ts';
import { doubtfulDays } from '../read/read-reconciled.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import { type RawFile, readRaw, sliceOfHeader } from '../ledger/raw-pages.ts';
import type { SliceSnapshot } from '../merge/days.ts';
import { parseExactJson } from '../domain/exact-json.ts';

export interface RawWorld {
  readonly store: ObjectStore;
  readonly lines: LineCodec;
}

/** What a pull saw, read again from its raw pages, or why that cannot be. */
export type Seen = { readonly seen: SliceSnapshot } | { readonly unusable: string };

/** Reads a pull's raw pages as the pull read them, at the instant it did. Throws what the store throws. */
export async function readAgain(record: PullRecord, world: RawWorld): Promise<Seen> {
  if (!record.raw) return { unusable: `${record.pull}: its raw pages were not stored` };
  const object = await world.store.get(record.raw);
  if (!object) return { unusable: `${record.raw} is gone` };
  if (sha256(object.bytes) !== record.raw_sha256) return { unusable: `${record.raw} is damaged` };
  try {
    const file = await readRaw(world.lines, object.bytes);
    const reading = await readPages(file);
    const difference = differenceOf(record, reading.books);
    if (difference) return { unusable: `${record.raw} reads differently now: ${difference}` };
    const isDoubtful = doubtfulDays(reading.books, record.mismatches);
    const { observedAt } = reading;
    return {
      seen: { slice: sliceOfHeader(file.header), rows: reading.rows(), observedAt, isDoubtful },
    };
  } catch (thrown) {
    const { message } = asLedgerError(thrown);
    return { unusable: `${record.raw} cannot be read: ${message}` };
  }
}

async function readPages({ header, pages }: RawFile): Promise<Reading> {
  const observedAt = Date.parse(header.observed_at);
  return readSlice({
    slice: sliceOfHeader(header),
    source: sourceOf(header.request, pages),
    maxPages: Number.POSITIVE_INFINITY,
    maxRejects: Number(header.options['max_rejects'] ?? 0),
    clock: { now: () => observedAt },
    onAttempt: () => undefined,
    onPage: () => undefined,
    onRestart: () => undefined,
  });
}

/** Pages in the order they came, whatever is asked for. */
function sourceOf(request: SummarySource['request'], pages: AsyncIterable<Uint8Array>): SummarySource {
  const rest = pages[Symbol.asyncIterator]();
  return {
    request,
    async fetchPage() {
      const next = await rest.next();
      if (next.done) throw new DamagedObjectError('its last page is missing');
      return { bytes: next.value, ...parseExactJson(new TextDecoder().decode(next.value)) };
    },
  };
}

function differenceOf(recorded: Books, books: Books): string | undefined {
  const names = Object.keys(books) as (keyof Books)[];
  const name = names.find((book) => recorded[book] !== books[book]);
  return name && `${recorded[name]} rows were ${name}, now ${books[name]} are`;
}
