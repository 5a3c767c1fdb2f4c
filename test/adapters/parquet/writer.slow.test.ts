import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import parquetjs from 'parquetjs-lite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  columnFacts,
  columnsOf,
  type RowColumnName,
  rowColumnNames,
  rowColumnsOf,
  type SummaryRow,
} from '../../../schemas/columns.ts';
import { type Kind, kindNames } from '../../../schemas/kinds.ts';
import { parquetCodec } from '../../../src/adapters/parquet/codec.ts';
import { type Day, utcDay } from '../../../src/domain/day.ts';
import { groupBy } from '../../../src/domain/group-by.ts';
import { EncodeError } from '../../../src/errors.ts';
import { queryDuckDb } from '../../fixtures/duckdb.ts';

const ROW_GROUP = 100_000;
const START = Date.UTC(2026, 10, 22);
const DAY = 86_400_000;
const MAX_INSTANT = 8.64e15;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parquet-writer-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Of a row that may be anything. */
function dayOf(row: Partial<SummaryRow> | null | undefined): Day {
  const start = row?.start_time;
  return typeof start === 'number' && Math.abs(start) <= MAX_INSTANT ? utcDay(start) : utcDay(START);
}

/** A month of these rows, each under its day. */
function encodeRows(kind: Kind, rows: readonly SummaryRow[]): Promise<Uint8Array> {
  // Holes, too.
  return parquetCodec.encode(kind, groupBy(Array.from(rows), dayOf));
}

async function decodeRows(kind: Kind, bytes: Uint8Array): Promise<SummaryRow[]> {
  const month = await parquetCodec.open(kind, bytes);
  const days: SummaryRow[][] = [];
  for (const day of month.days.keys()) days.push(await month.rowsOf(day));
  return days.flat();
}

/** A row of the kind: each column set for it alone, null for the others. */
function aRow(kind: Kind, values: Partial<SummaryRow> = {}): SummaryRow {
  const own = rowColumnsOf(kind);
  const text = rowColumnNames.map((name) => [name, own.includes(name) ? name.toUpperCase() : null]);
  const times = { start_time: START, end_time: START + DAY, observed_at: START + 2 * DAY + 123 };
  return { ...(Object.fromEntries(text) as SummaryRow), job_count: 7, ...times, ...values };
}

/** Many rows that vary in every column, with nulls, non-ASCII text and a row group's worth of accounts. */
function manyRows(kind: Kind, count: number, days = 14): SummaryRow[] {
  const resourceTypes = ['EBS', 'SAP HANA on Amazon EC2', 'Größe', '東京', ''];
  const rows = Array.from({ length: count }, (_, i) =>
    aRow(kind, {
      account_id: i % 11 === 0 ? null : String(100_000_000_000 + i),
      resource_type: resourceTypes[i % 5] ?? null,
      state: i % 3 === 0 ? 'FAILED' : 'COMPLETED',
      job_count: (i * 7919) % 1009,
      start_time: START + (i % days) * DAY,
      end_time: i % 7 === 0 ? null : START + i * 1000,
    }),
  );
  return rows.toSorted((a, b) => a.start_time - b.start_time);
}

function sqlTable(bytes: Uint8Array, name = 'rows'): string {
  const file = join(folder, `${name}.parquet`);
  writeFileSync(file, bytes);
  return `read_parquet('${file}')`;
}

/** The rows as DuckDB reads them, in the shape of a SummaryRow. */
async function readWithDuckDb(kind: Kind, bytes: Uint8Array): Promise<SummaryRow[]> {
  // As bytes and numbers: DuckDB's JavaScript side drops a leading byte order mark from text.
  const selected = columnsOf(kind).map((name) => {
    const as = { string: `encode(${name})`, bigint: name, date: name, timestamp: `epoch_ms(${name})` };
    return `${as[columnFacts(name).type]} AS ${name}`;
  });
  const found = await queryDuckDb(`SELECT ${selected.join(', ')} FROM ${sqlTable(bytes)}`);
  return found.map((record) => {
    const cells = rowColumnNames.map((name) => [name, fromDuckDb(record[name])]);
    return Object.fromEntries(cells) as SummaryRow;
  });
}

function fromDuckDb(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return typeof value === 'bigint' ? Number(value) : (value ?? null);
}

/** The same rows by nothing but the library's documented way. */
async function encodeWithAppendRow(kind: Kind, rows: readonly SummaryRow[]): Promise<Uint8Array> {
  const types = { string: 'UTF8', bigint: 'INT64', date: 'DATE', timestamp: 'TIMESTAMP_MILLIS' } as const;
  const fields = columnsOf(kind).map((name) => {
    const { type, nullable } = columnFacts(name);
    return [name, { type: types[type], optional: nullable, compression: 'GZIP' }] as const;
  });
  const chunks: Uint8Array[] = [];
  const options = { rowGroupSize: ROW_GROUP, pageSize: ROW_GROUP, pageIndex: false, useDataPageV2: false };
  const schema = new parquetjs.ParquetSchema(Object.fromEntries(fields));
  const keep = async (chunk: Uint8Array): Promise<void> => void chunks.push(chunk);
  const envelope = new parquetjs.ParquetEnvelopeWriter(schema, keep, async () => {}, 0, options);
  const writer = new parquetjs.ParquetWriter(schema, envelope, options);
  for (const row of rows) await writer.appendRow({ ...row, start_date: Math.floor(row.start_time / DAY) });
  await writer.close();
  return Buffer.concat(chunks);
}

describe.each(kindNames)('a file of %s rows', (kind) => {
  it('has the columns of the kind, in order, in the types Athena expects', async () => {
    const described = await queryDuckDb(`DESCRIBE SELECT * FROM ${sqlTable(await encodeRows(kind, []))}`);
    const types = { string: 'VARCHAR', bigint: 'BIGINT', date: 'DATE', timestamp: 'TIMESTAMP' };
    expect(described.map((column) => [column['column_name'], column['column_type']])).toEqual(
      columnsOf(kind).map((name) => [name, types[columnFacts(name).type]]),
    );
  });

  it('is read back the same by DuckDB and by hyparquet', async () => {
    const rows = manyRows(kind, 500);
    const bytes = await encodeRows(kind, rows);
    expect(await readWithDuckDb(kind, bytes)).toEqual(rows);
    expect(await decodeRows(kind, bytes)).toEqual(rows);
  });

  it('marks nullable columns optional and all others required', async () => {
    const { schema } = parquetMetadata(await encodeRows(kind, [aRow(kind)]));
    expect(schema.slice(1).map((field) => [field.name, field.repetition_type])).toEqual(
      columnsOf(kind).map((name) => [name, columnFacts(name).nullable ? 'OPTIONAL' : 'REQUIRED']),
    );
  });

  it('keeps whatever text, count and time a row may hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryRow(kind), { maxLength: 40 }), async (found) => {
        const rows = found.toSorted(
          (a, b) => Math.floor(a.start_time / DAY) - Math.floor(b.start_time / DAY),
        );
        const bytes = await encodeRows(kind, rows);
        expect(await decodeRows(kind, bytes)).toEqual(rows);
        expect(await readWithDuckDb(kind, bytes)).toEqual(rows);
      }),
      { numRuns: 25 },
    );
  });
});

function arbitraryRow(kind: Kind): fc.Arbitrary<SummaryRow> {
  const own = rowColumnsOf(kind);
  const cells = rowColumnNames.map((name) => [
    name,
    own.includes(name) ? arbitraryCell(name) : fc.constant(null),
  ]);
  return fc.record(Object.fromEntries(cells) as { [C in RowColumnName]: fc.Arbitrary<SummaryRow[C]> });
}

function arbitraryCell(name: RowColumnName): fc.Arbitrary<string | number | null> {
  const { type, nullable } = columnFacts(name);
  // A start date is from 1970 on.
  const first = name === 'start_time' ? 0 : -MAX_INSTANT;
  const values = {
    date: fc.constant(0),
    string: fc.oneof(
      fc.constantFrom('', 'a|b', '\uFEFFmark', '～', '😀', '\0'),
      fc.string({ unit: 'binary' }),
    ),
    bigint: fc.maxSafeInteger(),
    timestamp: fc.integer({ min: first, max: name === 'start_time' ? Date.UTC(9999, 11, 31) : MAX_INSTANT }),
  };
  const value: fc.Arbitrary<string | number> = values[type];
  return nullable ? fc.option(value) : value;
}

describe('at the edge of a row group', () => {
  it.each([
    [0, []],
    [1, [1]],
    [ROW_GROUP - 1, [ROW_GROUP - 1]],
    [ROW_GROUP, [ROW_GROUP]],
    [ROW_GROUP + 1, [ROW_GROUP, 1]],
  ])('%i rows make row groups of %j and are read back the same by both readers', async (count, groups) => {
    const rows = manyRows('copy', count, 1);
    const bytes = await encodeRows('copy', rows);
    const metadata = parquetMetadata(bytes);
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual(groups);
    expect(isDeepStrictEqual(await decodeRows('copy', bytes), rows)).toBe(true);
    expect(isDeepStrictEqual(await readWithDuckDb('copy', bytes), rows)).toBe(true);
  });

  it('relies on the inside of parquetjs-lite 0.8.7: another version needs another look at it', () => {
    const manifest = createRequire(import.meta.url).resolve('parquetjs-lite/package.json');
    expect(readManifest(manifest).version).toBe('0.8.7');
    const own = readManifest(new URL('../../../package.json', import.meta.url));
    expect(own.dependencies['parquetjs-lite']).toBe('0.8.7');
  });
});

/** Bytes of each column chunk of the first row group, with what the footer says of it. */
function chunksOf(bytes: Uint8Array): { name: string; encodings: readonly string[]; pages: Uint8Array }[] {
  const [group] = parquetMetadata(bytes).row_groups;
  return (group?.columns ?? []).flatMap(({ meta_data: metadata }) => {
    if (!metadata) return [];
    const start = Number(metadata.dictionary_page_offset ?? metadata.data_page_offset);
    const pages = bytes.subarray(start, start + Number(metadata.total_compressed_size));
    return { name: metadata.path_in_schema.join('.'), encodings: metadata.encodings, pages };
  });
}

describe('a column', () => {
  it('whose values do not repeat is written, byte for byte, as by appendRow', async () => {
    for (const count of [1, 2, 3, 20_001]) {
      const rows = manyRows('copy', count, 1);
      const theirs = new Map(
        chunksOf(await encodeWithAppendRow('copy', rows)).map(({ name, pages }) => [name, pages]),
      );
      const plain = chunksOf(await encodeRows('copy', rows)).filter(
        ({ encodings }) => !encodings.includes('RLE_DICTIONARY'),
      );
      expect(plain.map(({ name }) => name)).toContain('account_id');
      for (const { name, pages } of plain)
        expect({ count, name, same: Buffer.compare(pages, theirs.get(name) ?? new Uint8Array()) }).toEqual({
          count,
          name,
          same: 0,
        });
    }
  });

  it('whose values repeat has a dictionary, which readers may trust to rule values out', async () => {
    const { row_groups: groups } = parquetMetadata(await encodeRows('copy', manyRows('copy', 5000, 1)));
    const state = groups[0]?.columns[columnsOf('copy').indexOf('state')]?.meta_data;
    expect(state).toMatchObject({
      encodings: ['RLE', 'RLE_DICTIONARY', 'PLAIN'],
      encoding_stats: [
        { page_type: 'DICTIONARY_PAGE', encoding: 'PLAIN', count: 1 },
        { page_type: 'DATA_PAGE', encoding: 'RLE_DICTIONARY', count: 1 },
      ],
    });
    expect(state?.data_page_offset).toBeGreaterThan(Number(state?.dictionary_page_offset));
  });

  it.each([1, 2, 3, 7, 8, 255, 256, 257, 5000, 65_537])(
    'of %i different values, in runs and mixed, with nulls between, is read back the same by both readers',
    async (distinct) => {
      const rows = Array.from({ length: 3 * distinct + 20 }, (_, i) =>
        aRow('copy', {
          account_id: `account ${Math.floor(i / 3) % distinct}`,
          resource_type: i % 10 === 9 ? null : `type ${(i * 7) % distinct}`,
          job_count: i < distinct ? i : distinct - 1,
          end_time: i % 2 === 0 ? null : START + ((i * i) % distinct),
        }),
      );
      const bytes = await encodeRows('copy', rows);
      expect(isDeepStrictEqual(await decodeRows('copy', bytes), rows)).toBe(true);
      expect(isDeepStrictEqual(await readWithDuckDb('copy', bytes), rows)).toBe(true);
    },
  );
});

function readManifest(file: string | URL): { version: string; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe('what the file says about itself', () => {
  const rows = manyRows('copy', ROW_GROUP + 50, 2);
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await encodeRows('copy', rows);
  });

  it('is the same, byte for byte, for the same rows', async () => {
    expect(Buffer.compare(bytes, await encodeRows('copy', structuredClone(rows)))).toBe(0);
  });

  it('compresses every column chunk with GZIP and has no page index', () => {
    const chunks = parquetMetadata(bytes).row_groups.flatMap((group) => group.columns);
    expect(chunks).toHaveLength(2 * columnsOf('copy').length);
    for (const chunk of chunks) {
      expect(chunk.meta_data?.codec).toBe('GZIP');
      expect(chunk.column_index_offset ?? chunk.offset_index_offset).toBeUndefined();
    }
  });

  it('carries the minimum, maximum and nulls of each column in each row group, one day in each', () => {
    const { row_groups: groups } = parquetMetadata(bytes);
    for (const [index, group] of groups.entries()) {
      const inGroup = rows.filter((row) => row.start_time === START + index * DAY);
      for (const [at, name] of columnsOf('copy').entries()) {
        if (name === 'start_date') continue;
        const found = group.columns[at]?.meta_data?.statistics;
        expect({ name, ...statisticsOf(inGroup.map((row) => row[name])) }).toEqual({
          name,
          min: comparable(found?.min_value),
          max: comparable(found?.max_value),
          nulls: Number(found?.null_count),
        });
      }
    }
  });

  it.each([
    ["state = 'FAILED'", (row: SummaryRow) => row.state === 'FAILED'],
    ["resource_type = '東京'", (row: SummaryRow) => row.resource_type === '東京'],
    ["account_id = '100000100010'", (row: SummaryRow) => row.account_id === '100000100010'],
    ['account_id IS NULL', (row: SummaryRow) => row.account_id === null],
    ['job_count > 1000', (row: SummaryRow) => row.job_count > 1000],
    ['job_count = 1009', (row: SummaryRow) => row.job_count === 1009],
    ["start_time = TIMESTAMP '2026-11-23'", (row: SummaryRow) => row.start_time === START + DAY],
    ["start_date = DATE '2026-11-23'", (row: SummaryRow) => row.start_time === START + DAY],
    ["end_time >= TIMESTAMP '2026-11-23 03:46:40'", (row: SummaryRow) => (row.end_time ?? 0) >= START + 1e8],
  ])('lets a reader filter by %s and lose no row', async (predicate, matches) => {
    const sql = `SELECT count(*) AS found FROM ${sqlTable(bytes)} WHERE ${predicate}`;
    expect(await queryDuckDb(sql)).toEqual([{ found: BigInt(rows.filter(matches).length) }]);
  });

  it('lets a reader find text that UTF-16 and UTF-8 order differently', async () => {
    const odd = await encodeRows('copy', [aRow('copy', { state: '～' }), aRow('copy', { state: '😀' })]);
    const sql = `SELECT job_count FROM ${sqlTable(odd)} WHERE state = '😀'`;
    expect(await queryDuckDb(sql)).toEqual([{ job_count: 7n }]);
  });
});

function statisticsOf(values: readonly (string | number | null)[]): object {
  const present = values.filter((value) => value !== null);
  return {
    min: present.reduce((least, value) => (value < least ? value : least)),
    max: present.reduce((most, value) => (value > most ? value : most)),
    nulls: values.length - present.length,
  };
}

function comparable(value: unknown): unknown {
  return typeof value === 'bigint' || value instanceof Date ? Number(value) : value;
}

describe('values at their limits', () => {
  it.each<[string, Partial<SummaryRow>]>([
    ['no job at all', { job_count: 0 }],
    ['2^53−1 jobs', { job_count: Number.MAX_SAFE_INTEGER }],
    ['the last millisecond of a day', { start_time: START + DAY - 1 }],
    ['the last millisecond of 9999', { end_time: Date.parse('9999-12-31T23:59:59.999Z') }],
    ['the latest instant', { end_time: MAX_INSTANT }],
    ['the earliest instant', { end_time: -MAX_INSTANT }],
    ['text of 10 kB', { message_category: 'é'.repeat(5000) }],
    ['empty text', { account_id: '' }],
    ['text outside the basic plane', { message_category: '😀' }],
    ['text that begins with a byte order mark', { message_category: '\uFEFFx' }],
    ['null in every nullable column', Object.fromEntries(nullableColumns().map((name) => [name, null]))],
  ])('keeps %s', async (_, values) => {
    const rows = [aRow('copy'), aRow('copy', values), aRow('copy')];
    const bytes = await encodeRows('copy', rows);
    expect(await readWithDuckDb('copy', bytes)).toEqual(rows);
    expect(await decodeRows('copy', bytes)).toEqual(rows);
  });
});

function nullableColumns(): RowColumnName[] {
  return rowColumnsOf('copy').filter((name) => columnFacts(name).nullable);
}

describe('what is refused', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'a number for text',
      { state: 5 },
      /row 1 of kind copy: state: expected well-formed text or null, got 5/,
    ],
    ['a list for text', { state: ['FAILED'] }, /state: expected/],
    ['an unpaired surrogate', { state: 'a\uD800' }, /state: expected well-formed text/],
    ['a count as text', { job_count: '12' }, /job_count: expected a whole number .*, got '12'/],
    ['a count as bigint', { job_count: 12n }, /job_count: expected .*, got 12n/],
    ['a fraction of a job', { job_count: 3.9 }, /job_count: expected/],
    ['a count beyond 2^53−1', { job_count: 2 ** 53 }, /job_count: expected/],
    ['a count that is no number', { job_count: Number.NaN }, /job_count: expected .*, got NaN/],
    ['a time as text', { start_time: '2026-11-22T00:00:00Z' }, /start_time: expected/],
    ['a time as a Date', { start_time: new Date(START) }, /start_time: expected/],
    ['a fraction of a millisecond', { start_time: START + 0.5 }, /start_time: expected/],
    ['a time after the latest instant', { end_time: MAX_INSTANT + 1 }, /end_time: expected .* or null/],
    ['a time before the earliest instant', { end_time: -MAX_INSTANT - 1 }, /end_time: expected/],
    ['a time that never ends', { end_time: Number.POSITIVE_INFINITY }, /end_time: expected/],
    ['null where every row has a value', { region: null }, /region: expected well-formed text, got null/],
    [
      'a value in a column the kind lacks',
      { malware_scanner: 'GUARDDUTY' },
      /malware_scanner: expected null/,
    ],
    ['an unknown column', { job_counts: 1 }, /unknown column 'job_counts'/],
    ['a start date given beside the start', { start_date: '2026-11-22' }, /unknown column 'start_date'/],
    ['a day before 1970', { start_time: -1 }, /start_date: expected a day from 1970 on, got 1969-12-31/],
  ])('%s', async (_, values, message) => {
    const row = { ...aRow('copy'), ...(values as object) };
    expect(await failureOf(row)).toMatchObject(encodeError(message));
  });

  it.each(rowColumnNames)('a row without %s', async (name) => {
    const { [name]: _, ...rest } = aRow('copy');
    const message = new RegExp(`${name}: expected .*, got undefined`);
    expect(await failureOf(rest)).toMatchObject(encodeError(message));
  });

  it('a misspelt column, even in the first row', async () => {
    const { job_count: job_counts, ...rest } = aRow('copy');
    const row = { ...rest, job_counts } as unknown as SummaryRow;
    await expect(encodeRows('copy', [row])).rejects.toMatchObject(encodeError(/unknown column 'job_counts'/));
  });

  it.each([null, undefined, 'row', 5])('%j in place of a row', async (row) => {
    expect(await failureOf(row)).toMatchObject(encodeError(/expected a row/));
  });

  it('a hole in the list of rows', async () => {
    const rows = [aRow('copy')];
    rows.length = 2;
    await expect(encodeRows('copy', rows)).rejects.toThrow(EncodeError);
  });
});

/** What encoding a good row and then this one throws. */
async function failureOf(row: unknown): Promise<unknown> {
  return encodeRows('copy', [aRow('copy'), row as SummaryRow]).catch((thrown: unknown) => thrown);
}

function encodeError(message: RegExp): object {
  return { name: 'EncodeError', recovery: 'report-bug', message: expect.stringMatching(message) };
}

describe('when the library fails', () => {
  it('wraps the text that it throws', async () => {
    vi.spyOn(parquetjs.ParquetWriter.prototype, 'close').mockRejectedValue('writer was closed');
    await expect(encodeRows('copy', [aRow('copy')])).rejects.toMatchObject({
      name: 'EncodeError',
      recovery: 'report-bug',
      message: 'parquetjs-lite failed on 1 rows: writer was closed',
      cause: 'writer was closed',
    });
  });

  it('notices rows that were not written', async () => {
    vi.spyOn(parquetjs.ParquetEnvelopeWriter.prototype, 'writeRowGroup').mockResolvedValue(undefined);
    await expect(encodeRows('copy', [aRow('copy')])).rejects.toThrow('parquetjs-lite wrote no row group');
  });
});
