import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../../schemas/columns.ts';
import { parquetCodec } from '../../../src/adapters/parquet/codec.ts';
import { encodeHybrid } from '../../../src/adapters/parquet/rle.ts';
import { addDays, type Day } from '../../../src/domain/day.ts';
import { DamagedObjectError, EncodeError } from '../../../src/errors.ts';
import { aRow } from '../../fixtures/builders.ts';

const FIRST: Day = '2026-11-01';

/** Rows of a day that differ with the seed. */
function rowsOn(day: Day, count: number, seed = 0): SummaryRow[] {
  return Array.from({ length: count }, (_, index) =>
    aRow({
      day,
      account_id: index % 7 === 0 ? null : String(100_000_000_000 + Math.floor(index / 3)),
      state: ['COMPLETED', 'FAILED', 'RUNNING'][(index + seed) % 3] ?? null,
      message_category: (index * 7 + seed) % 4 === 0 ? null : `reason ${index % 5}`,
      job_count: 1 + ((index * 31 + seed) % 97),
      observed_at: Date.UTC(2026, 10, 23) + seed,
    }),
  );
}

/** A history of one month: again and again some days get other rows, or none. */
const someHistory = fc.array(
  fc.uniqueArray(
    fc.record({ day: fc.nat({ max: 5 }), count: fc.nat({ max: 12 }), seed: fc.nat({ max: 3 }) }),
    {
      selector: ({ day }) => day,
      maxLength: 4,
    },
  ),
  { minLength: 1, maxLength: 6 },
);

async function rowsIn(bytes: Uint8Array): Promise<SummaryRow[][]> {
  const month = await parquetCodec.open('copy', bytes);
  const days: SummaryRow[][] = [];
  for (const day of month.days.keys()) days.push(await month.rowsOf(day));
  return days;
}

/** Bytes of each row group, by its day. */
function groupsOf(bytes: Uint8Array): Map<string, string> {
  return new Map(
    parquetMetadata(bytes).row_groups.map(({ columns }) => {
      const metas = columns.flatMap(({ meta_data: meta }) => meta ?? []);
      const start = Math.min(
        ...metas.map((meta) => Number(meta.dictionary_page_offset ?? meta.data_page_offset)),
      );
      const length = metas.reduce((sum, meta) => sum + Number(meta.total_compressed_size), 0);
      const date = metas.find((meta) => meta.path_in_schema[0] === 'start_date')?.statistics
        ?.min_value as Date;
      const pages = Buffer.from(bytes.subarray(start, start + length)).toString('hex');
      return [date.toISOString().slice(0, 10), pages];
    }),
  );
}

describe('a month that is spliced', () => {
  it('is, after any history, the same bytes as one written at once; untouched days keep theirs', async () => {
    const same = fc.asyncProperty(someHistory, async (history) => {
      const model = new Map<Day, SummaryRow[]>();
      let bytes = await parquetCodec.encode('copy', new Map());
      for (const changes of history) {
        const changed = new Map(
          changes.map(({ day, count, seed }) => {
            const date = addDays(FIRST, day);
            return [date, rowsOn(date, count, seed)];
          }),
        );
        const before = groupsOf(bytes);
        bytes = await (await parquetCodec.open('copy', bytes)).splice(changed);
        for (const [day, rows] of changed) model.set(day, rows);
        const after = groupsOf(bytes);
        const untouched = [...before].filter(([day]) => !changed.has(day));
        for (const [day, pages] of untouched) expect(after.get(day)).toBe(pages);
      }
      const atOnce = await parquetCodec.encode('copy', model);
      expect(Buffer.compare(bytes, atOnce)).toBe(0);
      const filled = [...model]
        .filter(([, rows]) => rows.length > 0)
        .toSorted(([a], [b]) => (a < b ? -1 : 1));
      expect(await rowsIn(bytes)).toEqual(filled.map(([, rows]) => rows));
    });
    await fc.assert(same, { numRuns: 60 });
  });

  it('refuses rows of another day', async () => {
    const month = await parquetCodec.open('copy', await parquetCodec.encode('copy', new Map()));
    const wrong = new Map([[FIRST, rowsOn(addDays(FIRST, 1), 2)]]);
    await expect(month.splice(wrong)).rejects.toThrow(EncodeError);
  });

  it('reads bytes that lie inside a larger buffer', async () => {
    const bytes = await parquetCodec.encode('copy', new Map([[FIRST, rowsOn(FIRST, 5)]]));
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 7);
    const inside = larger.subarray(7, 7 + bytes.length);
    const second = addDays(FIRST, 1);
    const spliced = await (
      await parquetCodec.open('copy', inside)
    ).splice(new Map([[second, rowsOn(second, 3)]]));
    expect(await rowsIn(spliced)).toEqual([rowsOn(FIRST, 5), rowsOn(second, 3)]);
  });
});

describe('what a month holds is known without decoding it', () => {
  const rows = rowsOn(FIRST, 20);
  let month: Awaited<ReturnType<typeof parquetCodec.open>>;
  beforeAll(async () => {
    month = await parquetCodec.open('copy', await parquetCodec.encode('copy', new Map([[FIRST, rows]])));
  });

  it('by its days, with the rows of each', () => {
    expect([...month.days].map(([day, { rows: count }]) => [day, count])).toEqual([[FIRST, 20]]);
  });

  it('when the rows are the same, whenever they were observed', () => {
    expect(month.holds(FIRST, rows)).toBe(true);
    expect(
      month.holds(
        FIRST,
        rows.map((row) => ({ ...row, observed_at: 0 })),
      ),
    ).toBe(true);
  });

  it('when a day has no rows', async () => {
    expect(month.holds(addDays(FIRST, 1), [])).toBe(true);
    expect(await month.rowsOf(addDays(FIRST, 1))).toEqual([]);
    expect(month.holds(FIRST, [])).toBe(false);
  });

  it.each<[string, Partial<SummaryRow>]>([
    ['region', { region: 'us-east-1' }],
    ['account', { account_id: '1' }],
    ['state', { state: null }],
    ['count', { job_count: 1_000_000 }],
    ['end', { end_time: null }],
  ])('and is something else with another %s', (_what, change) => {
    expect(month.holds(FIRST, rows.with(4, { ...aRow({ day: FIRST }), ...rows[4], ...change }))).toBe(false);
  });

  it('and is something else with the same values on other rows, with a row more or less, or in another order', () => {
    const [first, second] = rows;
    if (!first || !second) throw new Error('there are rows');
    const swapped = [
      { ...first, job_count: second.job_count },
      { ...second, job_count: first.job_count },
      ...rows.slice(2),
    ];
    for (const others of [swapped, [...rows, first], rows.slice(1), rows.toReversed()])
      expect(month.holds(FIRST, others)).toBe(false);
  });
});

describe('a file that is not what its writer wrote', () => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    const days = [0, 1].map((day) => addDays(FIRST, day));
    bytes = await parquetCodec.encode('copy', new Map(days.map((day) => [day, rowsOn(day, 4)])));
  });

  it('is refused when any one bit is flipped', async () => {
    for (let index = 0; index < bytes.length; index++) {
      const flipped = Uint8Array.from(bytes);
      flipped[index] = (flipped[index] ?? 0) ^ (1 << (index % 8));
      await expect(parquetCodec.open('copy', flipped), `byte ${index}`).rejects.toThrow(DamagedObjectError);
    }
  });

  it('is refused when it is cut short anywhere, or goes on', async () => {
    for (let length = 0; length < bytes.length; length += 13)
      await expect(parquetCodec.open('copy', bytes.subarray(0, length))).rejects.toThrow(DamagedObjectError);
    const longer = Buffer.concat([bytes, bytes.subarray(-8)]);
    await expect(parquetCodec.open('copy', longer)).rejects.toThrow(DamagedObjectError);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('not a Parquet file at all')],
    ['the magic alone', Buffer.from('PAR1PAR1PAR1')],
    ['a footer of impossible length', Buffer.from('PAR1\xff\xff\xff\x7fPAR1', 'latin1')],
  ])('is refused when it is %s', async (_what, other) => {
    await expect(parquetCodec.open('copy', other)).rejects.toThrow(DamagedObjectError);
  });

  it('is refused as the file of a kind with other columns', async () => {
    await expect(parquetCodec.open('scan', bytes)).rejects.toThrow(
      /unknown columns? message_category(, \w+)*: a newer version/,
    );
  });
});

describe('a file of few rows a day', () => {
  it('is no larger for its dictionaries', async () => {
    const small = await parquetCodec.encode('copy', new Map([[FIRST, rowsOn(FIRST, 3)]]));
    const encodings = parquetMetadata(small).row_groups.flatMap(({ columns }) =>
      columns.flatMap(({ meta_data: meta }) => meta?.encodings ?? []),
    );
    expect(encodings).not.toContain('RLE_DICTIONARY');
  });
});

describe('runs and bit-packed groups', () => {
  it('are, byte for byte, those of another writer', () => {
    const value = fc.nat({ max: 2 ** 17 });
    const runs = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 40 })), { maxLength: 60 });
    const same = fc.property(runs, (parts) => {
      const values = Uint32Array.from(parts.flatMap(([item, times]) => Array<number>(times).fill(item)));
      const bitWidth = 32 - Math.clz32(values.reduce((most, item) => Math.max(most, item), 1));
      const writer = new ByteWriter();
      writeRleBitPackedHybrid(writer, values, bitWidth);
      expect(Buffer.from(encodeHybrid(values, bitWidth)).toString('hex')).toBe(
        Buffer.from(writer.getBytes()).toString('hex'),
      );
    });
    fc.assert(same, { numRuns: 500 });
  });
});
