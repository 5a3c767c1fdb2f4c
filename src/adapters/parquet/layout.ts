import type { ColumnChunk, FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { columnFacts, type ColumnName, columnsOf, type ColumnType } from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import { DAY_MS, type Day, isDay, startOfDay } from '../../domain/day.ts';
import { DamagedObjectError } from '../../errors.ts';
import type { StoredDay } from '../../ports.ts';
import { digestKeys } from './digests.ts';
import { MAGIC } from './writer.ts';

/** What a data file must look like before it is read: its columns, its days, and where their row groups lie. */

/** A day's row groups in a file. */
export interface DayLayout extends StoredDay {
  /** Index of the first of its row groups. */
  readonly firstGroup: number;
  readonly groups: number;
  /** Index of its first row. */
  readonly firstRow: number;
  /** Its bytes, from the first to before the last. */
  readonly start: number;
  readonly end: number;
}

const storedAs: Readonly<
  Record<ColumnType, readonly [SchemaElement['type'], SchemaElement['converted_type']]>
> = {
  string: ['BYTE_ARRAY', 'UTF8'],
  bigint: ['INT64', undefined],
  date: ['INT32', 'DATE'],
  timestamp: ['INT64', 'TIMESTAMP_MILLIS'],
};

export function ensure(condition: unknown, problem: string): asserts condition {
  if (!condition) throw new DamagedObjectError(problem);
}

/** Checks the file's columns against the column table and returns their names. */
export function checkSchema(kind: Kind, [root, ...fields]: readonly SchemaElement[]): ReadonlySet<string> {
  ensure(root?.num_children === fields.length, 'expected a flat list of columns');
  const names = new Set(fields.map((field) => field.name));
  ensure(names.size === fields.length, 'expected every column once');
  const known = columnsOf(kind);
  const unknown = [...names].filter((name) => !known.some((other) => other === name));
  ensure(
    unknown.length === 0,
    `unknown column ${unknown.join(', ')}: a newer version wrote this object, and one is needed to use it`,
  );
  for (const name of known)
    checkField(
      name,
      fields.find((candidate) => candidate.name === name),
    );
  return names;
}

function checkField(name: ColumnName, field: SchemaElement | undefined): void {
  const { type, nullable } = columnFacts(name);
  ensure(field !== undefined || nullable, `column ${name} is missing`);
  if (!field) return;
  const expected = [...storedAs[type], nullable ? 'OPTIONAL' : 'REQUIRED'].join(' ');
  const got = [field.type, field.converted_type, field.repetition_type].join(' ');
  ensure(got === expected, `column ${name}: expected ${expected}, got ${got}`);
}

/** The days a file's footer names, and where they lie. Every byte before the footer belongs to one of them. */
export function daysIn(
  metadata: FileMetaData,
  said: ReadonlyMap<string, string | undefined>,
): Map<Day, DayLayout> {
  const days = new Map<Day, DayLayout>();
  let group = 0;
  let row = 0;
  let offset = MAGIC.length;
  for (const [day, rows, contentSha256] of parseDays(said.get(digestKeys.days))) {
    const [firstGroup, firstRow, start] = [group, row, offset];
    for (; row < firstRow + rows; group += 1) {
      const found = metadata.row_groups[group];
      ensure(found && found.num_rows > 0n, `day ${day} has fewer rows than its digest says`);
      ensure(isOf(day, found), `a row group of day ${day} holds rows of another day`);
      row += Number(found.num_rows);
      offset = endOf(found, offset);
    }
    ensure(row === firstRow + rows, `day ${day} has more rows than its digest says`);
    days.set(day, {
      rows,
      contentSha256,
      firstGroup,
      groups: group - firstGroup,
      firstRow,
      start,
      end: offset,
    });
  }
  ensure(group === metadata.row_groups.length, 'a row group belongs to no day');
  ensure(BigInt(row) === metadata.num_rows, `expected ${metadata.num_rows} rows, got ${row}`);
  return days;
}

function parseDays(text: string | undefined): readonly (readonly [Day, number, string])[] {
  ensure(text !== undefined, 'its footer names no days');
  const days: unknown = JSON.parse(text);
  ensure(Array.isArray(days), 'its footer names no days');
  let last = '';
  for (const item of days as readonly unknown[]) {
    const [day, rows, digest] = Array.isArray(item) ? (item as readonly unknown[]) : [];
    const isRight =
      typeof day === 'string' && isDay(day) && day > last && Number.isSafeInteger(rows) && Number(rows) > 0;
    ensure(isRight && typeof digest === 'string', 'its footer names days that cannot be');
    last = day;
  }
  return days as readonly (readonly [Day, number, string])[];
}

/** By the statistics of its start dates, which prune for readers. */
function isOf(day: Day, { columns }: RowGroup): boolean {
  const statistics = columns.find((chunk) => nameOf(chunk) === 'start_date')?.meta_data?.statistics;
  return [statistics?.min_value, statistics?.max_value].every(
    (value) => value instanceof Date && value.getTime() === startOfDay(day),
  );
}

function nameOf({ meta_data: metadata }: ColumnChunk): string | undefined {
  return metadata?.path_in_schema.join('.');
}

/** Chunks lie one behind the other, without a gap. */
function endOf({ columns }: RowGroup, start: number): number {
  let offset = start;
  for (const { meta_data: metadata } of columns) {
    ensure(metadata, 'a column chunk is not described');
    const first = metadata.dictionary_page_offset ?? metadata.data_page_offset;
    ensure(Number(first) === offset, 'a column chunk is out of place');
    offset += Number(metadata.total_compressed_size);
  }
  return offset;
}

/** Days since 1970-01-01, as a file has them. */
export const daysSince1970 = (day: Day): number => startOfDay(day) / DAY_MS;
