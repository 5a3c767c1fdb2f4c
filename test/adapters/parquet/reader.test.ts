import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import type { PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import parquetjs, { type FieldDefinition } from 'parquetjs-lite';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ColumnName, columnFacts, columnsOf, type SummaryRow } from '../../../schemas/columns.ts';
import { kindNames } from '../../../schemas/kinds.ts';
import { parquetCodec } from '../../../src/adapters/parquet/codec.ts';
import { decodeRows } from '../../../src/adapters/parquet/reader.ts';
import { encodeRows } from '../../../src/adapters/parquet/writer.ts';
import { DamagedObjectError } from '../../../src/errors.ts';

const START = Date.UTC(2026, 10, 22);

function aRow(values: Partial<SummaryRow> = {}): SummaryRow {
  return {
    region: 'eu-west-1',
    account_id: '111122223333',
    resource_type: 'EBS',
    state: 'COMPLETED',
    message_category: null,
    malware_scanner: null,
    scan_result_status: null,
    job_count: 7,
    start_time: START,
    end_time: START + 86_400_000,
    observed_at: START + 172_800_123,
    ...values,
  };
}

function someRows(count: number, values: (i: number) => Partial<SummaryRow> = () => ({})): SummaryRow[] {
  return Array.from({ length: count }, (_, i) =>
    aRow({
      ...values(i),
      account_id: i % 5 === 0 ? null : `acct-${i}`,
      message_category: i % 2 ? 'Success' : null,
      job_count: i,
    }),
  );
}

type Fields = Readonly<Record<string, FieldDefinition>>;

/** Fields as the writer defines them, some left out or defined otherwise, to stand for other versions' files. */
function fieldsWith(changes: Readonly<Record<string, Partial<FieldDefinition> | undefined>>): Fields {
  const types = { string: 'UTF8', bigint: 'INT64', timestamp: 'TIMESTAMP_MILLIS' } as const;
  const usual = columnsOf('copy').map((name) => {
    const { type, nullable } = columnFacts(name);
    return [name, { type: types[type], optional: nullable, compression: 'GZIP' }] as const;
  });
  const fields: Record<string, FieldDefinition> = Object.fromEntries(usual);
  for (const [name, change] of Object.entries(changes)) {
    if (change)
      fields[name] = { type: 'UTF8', optional: true, compression: 'GZIP', ...fields[name], ...change };
    else delete fields[name];
  }
  return fields;
}

/** What the library is about to write into the footer. */
interface Footer {
  rowCount: number;
  readonly schema: { readonly fieldList: { name: string }[]; readonly fields: Record<string, unknown> };
  readonly rowGroups: { num_rows: number; readonly columns: Chunk[] }[];
}

interface Chunk {
  file_path?: string;
  readonly meta_data: {
    path_in_schema: string[];
    data_page_offset: number;
    dictionary_page_offset?: number;
    total_compressed_size: number;
  };
}

interface Variation {
  readonly useDataPageV2?: boolean;
  readonly doctor?: (footer: Footer) => void;
}

/** A file of one row group by way of the library alone, without the writer's checks. */
async function encodeAs(
  fields: Fields,
  rows: readonly object[],
  variation: Variation = {},
): Promise<Uint8Array> {
  const { useDataPageV2 = false, doctor } = variation;
  const chunks: Uint8Array[] = [];
  const options = { rowGroupSize: rows.length, pageSize: 20_000, pageIndex: false, useDataPageV2 };
  const keep = async (chunk: Uint8Array): Promise<void> => void chunks.push(chunk);
  const schema = new parquetjs.ParquetSchema(fields);
  const envelope = new parquetjs.ParquetEnvelopeWriter(schema, keep, async () => {}, 0, options);
  const writer = new parquetjs.ParquetWriter(schema, envelope, options);
  for (const row of rows) await writer.appendRow({ ...row });
  doctor?.(envelope as unknown as Footer);
  await writer.close();
  return Buffer.concat(chunks);
}

/** The rows, or what was thrown instead. */
async function outcomeOf(bytes: Uint8Array): Promise<unknown> {
  return decodeRows('copy', bytes).catch((thrown: unknown) => thrown);
}

function damaged(message: RegExp): object {
  return { name: 'DamagedObjectError', recovery: 'fix-data', message: expect.stringMatching(message) };
}

describe('files of other versions', () => {
  it.each(columnsOf('copy').filter((name) => columnFacts(name).nullable))(
    'reads %s as null from a file written before the column was added',
    async (name) => {
      const bytes = await encodeAs(fieldsWith({ [name]: undefined }), [aRow()]);
      expect(await decodeRows('copy', bytes)).toEqual([aRow({ [name]: null })]);
    },
  );

  it.each(columnsOf('copy').filter((name) => !columnFacts(name).nullable))(
    'refuses a file without %s, which every version wrote',
    async (name) => {
      const bytes = await encodeAs(fieldsWith({ [name]: undefined }), [aRow()]);
      expect(await outcomeOf(bytes)).toMatchObject(damaged(new RegExp(`column ${name} is missing`)));
    },
  );

  it('refuses columns that rewriting the file would lose, and asks for the newer version', async () => {
    const bytes = await encodeAs(fieldsWith({ vault: {}, tags: {} }), [{ ...aRow(), vault: 'a', tags: 'b' }]);
    expect(await outcomeOf(bytes)).toMatchObject(damaged(/unknown column vault, tags: a newer version/));
  });

  it('refuses the file of a kind that has other columns', async () => {
    const bytes = await encodeRows('copy', [aRow()]);
    await expect(decodeRows('restore', bytes)).rejects.toThrow(/unknown column message_category/);
  });
});

describe('columns of another shape', () => {
  it.each<[ColumnName, Partial<FieldDefinition>, RegExp]>([
    ['job_count', { type: 'UTF8' }, /job_count: expected INT64/],
    ['start_time', { type: 'INT64' }, /start_time: expected INT64 TIMESTAMP_MILLIS/],
    ['job_count', { type: 'TIMESTAMP_MILLIS' }, /job_count: expected INT64/],
    ['region', { optional: true }, /region: expected BYTE_ARRAY UTF8 REQUIRED/],
    ['state', { optional: false }, /state: expected BYTE_ARRAY UTF8 OPTIONAL/],
    ['state', { compression: 'UNCOMPRESSED' as 'GZIP' }, /state: expected codec GZIP, got UNCOMPRESSED/],
  ])('refuses %s defined as %j', async (name, change, message) => {
    const row = { ...aRow(), job_count: '7' };
    const bytes = await encodeAs(fieldsWith({ [name]: change }), [row]);
    expect(await outcomeOf(bytes)).toMatchObject(damaged(message));
  });

  it('refuses pages of another version', async () => {
    const bytes = await encodeAs(fieldsWith({}), [aRow()], { useDataPageV2: true });
    expect(await outcomeOf(bytes)).toMatchObject(damaged(/PLAIN data pages/));
  });
});

describe('values no row can hold', () => {
  it.each<[string, object, RegExp]>([
    ['a count beyond 2^53−1', { job_count: 2 ** 53 }, /job_count: 9007199254740992 is out of range/],
    ['an instant no Date can hold', { end_time: 8.64e15 + 1 }, /end_time: 8640000000000001 is out of range/],
    ['text that is not UTF-8', { state: Buffer.from([0x61, 0xff]) }, /not valid/],
  ])('refuses %s instead of guessing', async (_, values, message) => {
    const bytes = await encodeAs(fieldsWith({}), [{ ...aRow(), ...values }]);
    expect(await outcomeOf(bytes)).toMatchObject(damaged(message));
  });
});

describe('footers that do not add up', () => {
  it.each<[string, (footer: Footer, chunks: Chunk[]) => void, RegExp]>([
    ['a row more than there are', (footer) => void footer.rowCount++, /expected 2 rows, got 1/],
    [
      'a row group of more rows',
      ({ rowGroups: [group] }) => void group!.num_rows++,
      /too many or too few values/,
    ],
    ['fewer chunks than columns', (_, chunks) => void chunks.pop(), /one chunk per column/],
    ['a chunk in another file', (_, [chunk]) => void (chunk!.file_path = 'other'), /not in the file/],
    [
      'a dictionary',
      (_, [chunk]) => void (chunk!.meta_data.dictionary_page_offset = 4),
      /expected a plain dictionary/,
    ],
    [
      "another column's chunk",
      (_, chunks) => void Object.assign(chunks[2]!.meta_data, range(chunks[1]!)),
      /a column chunk is out of place/,
    ],
    [
      'columns in another order',
      (_, chunks) => void chunks.splice(1, 2, chunks[2]!, chunks[1]!),
      /expected column account_id, got resource_type/,
    ],
    [
      'a chunk shorter than its pages',
      (_, [chunk]) => void chunk!.meta_data.total_compressed_size--,
      /longer than its column chunk/,
    ],
    ['a column twice', (footer, chunks) => rename(footer, chunks, 4, 'state'), /every column once/],
    [
      'fewer columns than it names',
      ({ schema }) => void delete schema.fields['region'],
      /flat list of columns/,
    ],
  ])('are refused when they claim %s', async (_, doctor, message) => {
    const bytes = await encodeAs(fieldsWith({}), [aRow()], {
      doctor: (footer) => doctor(footer, footer.rowGroups[0]!.columns),
    });
    expect(await outcomeOf(bytes)).toMatchObject(damaged(message));
  });
});

describe('page headers that lie', () => {
  const rows = someRows(40, (i) => ({ region: `region-${i}` }));

  it('are refused when a page claims to end where it begins', async () => {
    const { bytes, header, length } = await firstPage(rows);
    zigzag(-length).copy(bytes, bytes.indexOf(zigzag(header.compressed_page_size)));
    expect(await outcomeOf(bytes)).toMatchObject(damaged(/a page is empty/));
  });

  it('let no page unpack to more than it claims', async () => {
    const { bytes, header } = await firstPage(rows);
    zigzag(header.uncompressed_page_size - 1).copy(
      bytes,
      bytes.indexOf(zigzag(header.uncompressed_page_size)),
    );
    expect(await outcomeOf(bytes)).toMatchObject({ cause: { code: 'ERR_BUFFER_TOO_LARGE' } });
  });
});

async function firstPage(
  rows: readonly SummaryRow[],
): Promise<{ bytes: Buffer; header: PageHeader; length: number }> {
  const bytes = Buffer.from(await encodeRows('copy', rows));
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 4 };
  const header = parquetHeader(reader);
  return { bytes, header, length: reader.offset - 4 };
}

function range({ meta_data: { data_page_offset, total_compressed_size } }: Chunk): object {
  return { data_page_offset, total_compressed_size };
}

function rename(footer: Footer, chunks: readonly Chunk[], at: number, name: string): void {
  footer.schema.fieldList[at]!.name = name;
  chunks[at]!.meta_data.path_in_schema = [name];
}

/** A whole number as Thrift's compact protocol writes it, in two bytes. */
function zigzag(value: number): Buffer {
  const folded = value < 0 ? -2 * value - 1 : 2 * value;
  return Buffer.from([(folded & 0x7f) | 0x80, folded >> 7]);
}

describe('damaged bytes', () => {
  const rows = someRows(12);
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await encodeRows('copy', rows);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('not found, sorry')],
    ['magic numbers alone', Buffer.from('PAR1PAR1')],
    ['a footer of no length', Buffer.from('PAR1\0\0\0\0PAR1')],
    ['zeros', new Uint8Array(1000)],
    ['JSON', Buffer.from(JSON.stringify({ rows: [] }))],
  ])('are refused when they are %s', async (_, other) => {
    await expect(decodeRows('copy', other)).rejects.toThrow(DamagedObjectError);
  });

  it('keep what was wrong as the cause', async () => {
    await expect(decodeRows('copy', Buffer.from('text'))).rejects.toMatchObject({
      recovery: 'fix-data',
      cause: expect.any(Error),
    });
  });

  it('are refused when the first bytes are not those of Parquet', async () => {
    const renamed = Buffer.concat([Buffer.from('PARE'), bytes.subarray(4)]);
    expect(await outcomeOf(renamed)).toMatchObject(damaged(/expected PAR1 at the start/));
  });

  it('are refused when the file is cut short anywhere', async () => {
    for (let length = 0; length < bytes.length; length++) {
      await expect(decodeRows('copy', bytes.subarray(0, length))).rejects.toThrow(DamagedObjectError);
    }
  });

  it('are refused, or harmless, when any one bit is flipped', async () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = new Uint8Array(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect({ bit, fine: await isRefusedOrHarmless(flipped, rows) }).toEqual({ bit, fine: true });
    }
  });

  it('are refused, or harmless, when numbers in the footer or in page headers become huge', async () => {
    const huge = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]);
    for (let at = 0; at < bytes.length; at++) {
      for (let width = 1; width <= 3; width++) {
        const changed = Buffer.concat([bytes.subarray(0, at), huge, bytes.subarray(at + width)]);
        expect({ at, fine: await isRefusedOrHarmless(changed, rows) }).toEqual({ at, fine: true });
      }
    }
  });

  it('are refused, or harmless, when stretches of them are overwritten, removed or repeated', async () => {
    const stretch = fc.record({
      at: fc.nat({ max: bytes.length }),
      removed: fc.nat({ max: 64 }),
      put: fc.uint8Array({ maxLength: 64 }),
    });
    const property = fc.asyncProperty(stretch, async ({ at, removed, put }) => {
      const changed = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + removed)]);
      expect(await isRefusedOrHarmless(changed, rows)).toBe(true);
    });
    await fc.assert(property, { numRuns: 2000 });
  });
});

/** Damage that no reader can notice, in statistics for instance, must leave the rows as they were. */
async function isRefusedOrHarmless(bytes: Uint8Array, rows: readonly SummaryRow[]): Promise<boolean> {
  const outcome = await outcomeOf(bytes);
  return outcome instanceof DamagedObjectError || isDeepStrictEqual(outcome, rows);
}

describe('the codec', () => {
  it.each(kindNames)('gives back the rows it was given, for %s', async (kind) => {
    const rows = [aRow(), aRow({ job_count: 0, end_time: null })];
    expect(await parquetCodec.decode(kind, await parquetCodec.encode(kind, rows))).toEqual(rows);
    expect(await parquetCodec.decode(kind, await parquetCodec.encode(kind, []))).toEqual([]);
  });

  it('reads bytes that lie inside a larger buffer', async () => {
    const bytes = await encodeRows('copy', [aRow()]);
    const larger = Buffer.concat([Buffer.alloc(13, 1), bytes, Buffer.alloc(7, 2)]);
    expect(await decodeRows('copy', larger.subarray(13, 13 + bytes.length))).toEqual([aRow()]);
  });
});
