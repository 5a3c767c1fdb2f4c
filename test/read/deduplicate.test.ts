import { describe, expect, it } from 'vitest';
import type { Kind } from '../../schemas/kinds.ts';
import { eachRow } from '../../src/domain/row.ts';
import { NewDimensionError } from '../../src/errors.ts';
import { createDeduplicator, type Reading } from '../../src/read/deduplicate.ts';
import { aRow } from '../fixtures/builders.ts';

type Fields = Reading['unknownFields'];

function read(row: Reading['row'], page = 1, unknownFields?: Fields): Reading {
  return { row, page, unknownFields };
}

function deduplicate(readings: readonly Reading[], kind: Kind = 'copy') {
  const deduplicator = createDeduplicator(kind);
  for (const reading of readings) deduplicator.add(reading);
  const { duplicates, conflicts, size } = deduplicator;
  return { rows: [...eachRow(deduplicator.rows())], duplicates, conflicts, size };
}

describe('de-duplication', () => {
  it('keeps every row of its own identity', () => {
    const rows = [aRow(), aRow({ state: 'FAILED' }), aRow({ account_id: null })];
    expect(deduplicate(rows.map((row) => read(row)))).toEqual({ rows, duplicates: 0, conflicts: 0, size: 3 });
  });

  it.each([1, 2])('counts a row read again with the same count, on page %i, as a duplicate', (page) => {
    const row = aRow({ job_count: 3 });
    expect(deduplicate([read(row), read(row, page)])).toEqual({
      rows: [row],
      duplicates: 1,
      conflicts: 0,
      size: 1,
    });
  });

  it('keeps the row read last when a later page has another count, and counts a conflict', () => {
    const later = aRow({ job_count: 5 });
    expect(deduplicate([read(aRow({ job_count: 9 })), read(later, 2)])).toEqual({
      rows: [later],
      duplicates: 0,
      conflicts: 1,
      size: 1,
    });
  });

  it('keeps the last reading of a duplicate too: its window may have another end', () => {
    const later = aRow({ end_time: null });
    expect(deduplicate([read(aRow()), read(later, 2)]).rows).toEqual([later]);
  });

  it('counts each reading against the one before it', () => {
    const counts = [1, 1, 2, 2, 1];
    const readings = counts.map((job_count, index) => read(aRow({ job_count }), index + 1));
    expect(deduplicate(readings)).toMatchObject({ duplicates: 2, conflicts: 2, size: 1 });
  });

  it('refuses two counts of one identity on the same page', () => {
    const readings = [read(aRow({ job_count: 1 }), 4), read(aRow({ job_count: 2 }), 4)];
    expect(() => deduplicate(readings)).toThrow(NewDimensionError);
    expect(() => deduplicate(readings)).toThrow(/^page 4 counts .*111111111111.* twice, as 1 and 2: /);
  });

  it('refuses two counts on one page even after an earlier page', () => {
    const readings = [
      read(aRow({ job_count: 1 }), 1),
      read(aRow({ job_count: 2 }), 2),
      read(aRow({ job_count: 1 }), 2),
    ];
    expect(() => deduplicate(readings)).toThrow(NewDimensionError);
  });

  it.each<[Fields, Fields]>([
    [{ Vault: 'a' }, { Vault: 'b' }],
    [{ Vault: 'a' }, undefined],
    [undefined, { Vault: 'a' }],
    [{ Vault: null }, undefined],
    [{ Vault: { name: 'a' } }, { Vault: { name: 'b' } }],
  ])('refuses two rows of one identity that differ in an unknown field: %j, %j', (one, other) => {
    for (const page of [1, 2]) {
      const readings = [read(aRow(), 1, one), read(aRow(), page, other)];
      expect(() => deduplicate(readings)).toThrow(NewDimensionError);
      expect(() => deduplicate(readings)).toThrow(/differ in Vault, which this version does not know/);
    }
  });

  it('takes two rows that agree in their unknown fields for one', () => {
    const readings = [read(aRow(), 1, { Vault: ['a'] }), read(aRow(), 2, { Vault: ['a'] })];
    expect(deduplicate(readings)).toMatchObject({ duplicates: 1, size: 1 });
  });

  it('lets rows of two identities differ in an unknown field', () => {
    const readings = [read(aRow(), 1, { Vault: 'a' }), read(aRow({ state: 'FAILED' }), 1, { Vault: 'b' })];
    expect(deduplicate(readings).size).toBe(2);
  });

  it("tells rows apart by the kind's own dimensions", () => {
    const readings = [
      read(aRow({ scan_result_status: 'THREATS_FOUND' })),
      read(aRow({ scan_result_status: 'UNKNOWN' })),
    ];
    expect(deduplicate(readings, 'scan').size).toBe(2);
  });
});

it('takes twenty thousand rows of one account and day in linear time', () => {
  const rowsOf = (count: number) => {
    const deduplicator = createDeduplicator('copy');
    for (let page = 1; page <= 2; page++)
      for (let index = 0; index < count; index++)
        deduplicator.add({
          row: aRow({ message_category: `reason ${index}` }),
          page,
          unknownFields: undefined,
        });
    return deduplicator;
  };
  const { size, duplicates } = rowsOf(20_000);
  expect({ size, duplicates }).toEqual({ size: 20_000, duplicates: 20_000 });
});
