import parquetjs, { type WrittenRowGroup } from 'parquetjs-lite';
import type { SummaryRow } from '../../../schemas/columns.ts';
import { columnsOf } from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import type { Day } from '../../domain/day.ts';
import { sha256 } from '../../domain/sha256.ts';
import { EncodeError } from '../../errors.ts';
import { checkedColumns } from './checked-columns.ts';
import { rowGroupsOf } from './columns.ts';
import { contentDigest, digestKeys, NO_DIGEST, sealed } from './digests.ts';
import { type EncodedGroup, encodeGroup, options, schemaOf } from './row-group.ts';

/** A day as it lies in a file: its row groups, and what the footer says of it. */
export interface EncodedDay {
  readonly rows: number;
  readonly contentSha256: string;
  readonly groups: readonly EncodedGroup[];
}

/** Opens and ends every Parquet file. */
export const MAGIC = Buffer.from('PAR1');
/** Length of the footer's length, plus the closing magic. */
export const TRAILER_BYTES = 8;

/**
 * The days of a month as one Parquet file: the kind's columns in the order of the column table, GZIP, dictionaries where
 * they pay, row groups of one day each. The same rows give the same bytes. Without rows it is a valid file of zero rows.
 *
 * @throws {EncodeError} for a value the file cannot hold faithfully, a missing or unknown column, a value in a column
 *   the kind does not have, a row of another day, and for whatever the library throws
 */
export async function encodeMonth(
  kind: Kind,
  days: ReadonlyMap<Day, readonly SummaryRow[]>,
): Promise<Uint8Array> {
  return writeMonth(kind, await encodeDays(kind, days));
}

/** Encodes each day that has rows, in the order given. */
export async function encodeDays(
  kind: Kind,
  days: ReadonlyMap<Day, readonly SummaryRow[]>,
): Promise<Map<Day, EncodedDay>> {
  const encoded = new Map<Day, EncodedDay>();
  for (const [day, rows] of days) if (rows.length > 0) encoded.set(day, await encodeDay(kind, day, rows));
  return encoded;
}

async function encodeDay(kind: Kind, day: Day, rows: readonly SummaryRow[]): Promise<EncodedDay> {
  try {
    const groups: EncodedGroup[] = [];
    for (const group of rowGroupsOf(rows)) groups.push(await encodeGroup(checkedColumns(kind, day, group)));
    return { rows: rows.length, contentSha256: contentDigest(kind, rows), groups };
  } catch (thrown) {
    if (thrown instanceof EncodeError) throw thrown;
    // The library throws strings.
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new EncodeError(`parquetjs-lite failed on ${rows.length} rows: ${reason}`, { cause: thrown });
  }
}

/** Puts a file together: its days in order, and the footer. */
export function writeMonth(kind: Kind, encoded: ReadonlyMap<Day, EncodedDay>): Uint8Array {
  const days = [...encoded].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const groups = days.flatMap(([, day]) => day.groups);
  const body = Buffer.concat([MAGIC, ...groups.map(({ bytes }) => bytes)]);
  const said = days.map(([day, { rows, contentSha256 }]) => [day, rows, contentSha256]);
  const footer = footerOf(kind, placed(groups), {
    [digestKeys.days]: JSON.stringify(said),
    [digestKeys.pages]: sha256(body),
    [digestKeys.footer]: NO_DIGEST,
  });
  return Buffer.concat([body, footer]);
}

/** The groups' descriptions with offsets that count from the start of the file. */
function placed(groups: readonly EncodedGroup[]): WrittenRowGroup[] {
  let offset = MAGIC.length;
  return groups.map(({ bytes, metadata }) => {
    const group = shifted(metadata, offset);
    offset += bytes.length;
    return group;
  });
}

/** A copy in which every offset is moved by so many bytes. */
export function shifted(group: WrittenRowGroup, by: number): WrittenRowGroup {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(group) as object) as WrittenRowGroup, group);
  copy.columns = group.columns.map((chunk) => {
    const { meta_data: metadata } = chunk;
    const { dictionary_page_offset: dictionary, data_page_offset: page } = metadata;
    const description = Object.assign(Object.create(Object.getPrototypeOf(metadata) as object), metadata, {
      data_page_offset: Number(page) + by,
      dictionary_page_offset: dictionary === null ? null : Number(dictionary) + by,
    });
    return Object.assign(Object.create(Object.getPrototypeOf(chunk) as object), chunk, {
      meta_data: description,
    });
  });
  return copy;
}

/** The footer and what follows it, sealed. */
function footerOf(
  kind: Kind,
  groups: readonly WrittenRowGroup[],
  said: Readonly<Record<string, string>>,
): Uint8Array {
  const chunks: Uint8Array[] = [];
  const write = async (chunk: Uint8Array) => void chunks.push(chunk);
  const envelope = new parquetjs.ParquetEnvelopeWriter(
    schemaOf(columnsOf(kind)),
    write,
    async () => {},
    0,
    options,
  );
  envelope.rowGroups = groups;
  envelope.rowCount = groups.reduce((sum, { num_rows: rows }) => sum + Number(rows), 0);
  void envelope.writeFooter(said);
  const bytes = Buffer.concat(chunks);
  const end = bytes.length - TRAILER_BYTES;
  return Buffer.concat([sealed(bytes.subarray(0, end)), bytes.subarray(end)]);
}
