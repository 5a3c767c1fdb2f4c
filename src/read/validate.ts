import {
  columnFacts,
  rowColumnNames,
  columns,
  rowColumnsOf,
  type RowColumnName,
  type EpochMs,
  type SummaryRow,
} from '../../schemas/columns.ts';
import { AGGREGATE_ALL, ANY, type DimensionField } from '../../schemas/kinds.ts';
import { DAY_MS } from '../domain/day.ts';
import { show } from '../domain/show.ts';
import { accountOf, isAggregated, type Slice } from '../domain/slice.ts';

/** How far a start time may lie from the pull, in days: AWS keeps 14, its older documentation said 30. */
export const EARLIEST_START_DAYS = 31;
export const LATEST_START_DAYS = 2;

/** Latest and earliest instant that JavaScript, and so this project, can hold. */
const MAX_INSTANT: EpochMs = 8.64e15;

type Fields = Readonly<Record<string, unknown>>;
type Value = string | number | null;
/** Given undefined where a value that must be there is absent. */
type Reader = (value: unknown) => Value | Refusal;

export type Validation =
  | {
      readonly ok: true;
      readonly row: SummaryRow;
      /** Fields of the summary this version does not know; undefined when there are none. */
      readonly unknownFields: Fields | undefined;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Makes the function that turns one item of a slice's pages into a row, or into every reason why it is none. */
export function createValidator(slice: Slice, observedAt: EpochMs): (item: unknown) => Validation {
  const cells = cellsOf(slice, observedAt);
  const blank = blankRow(slice, observedAt);
  const known = new Set(cells.map(({ field }) => field));

  return (item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      return { ok: false, problems: [`expected an object, got ${show(item)}`] };
    }
    const fields = item as Fields;
    const problems: string[] = [];
    const row = readRow(fields, cells, blank, problems);
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, row, unknownFields: unknownFieldsOf(fields, known) };
  };
}

/** How one column of a row is read. */
interface CellReader {
  readonly name: RowColumnName;
  readonly field: string;
  /** Where a value may be absent, the blank row has what stands for it. */
  readonly mayBeAbsent: boolean;
  readonly read: Reader;
}

function cellsOf(slice: Slice, observedAt: EpochMs): CellReader[] {
  return rowColumnsOf(slice.kind).flatMap((name) => {
    const { field, nullable } = columnFacts(name);
    if (field === null) return [];
    return [
      { name, field, mayBeAbsent: nullable || name === 'region', read: readerOf(name, slice, observedAt) },
    ];
  });
}

/**
 * What a row is of which AWS says nothing. It has all columns from the start: rows that grow column by column take twice
 * the memory.
 */
function blankRow(slice: Slice, observedAt: EpochMs): Readonly<Record<string, Value>> {
  const nothing = Object.fromEntries(rowColumnNames.map((name) => [name, null]));
  return { ...nothing, region: slice.region, account_id: accountOf(slice), observed_at: observedAt };
}

function readRow(
  fields: Fields,
  cells: readonly CellReader[],
  blank: Readonly<Record<string, Value>>,
  problems: string[],
): SummaryRow {
  const values = { ...blank };
  for (const { name, field, mayBeAbsent, read } of cells) {
    const got = fields[field] ?? undefined;
    if (got === undefined && mayBeAbsent) continue;
    const value = read(got);
    if (!(value instanceof Refusal)) values[name] = value;
    else problems.push(`${field}: expected ${value.expected}, got ${show(fields[field])}`);
  }
  const row = values as unknown as SummaryRow;
  if (row.end_time !== null && problems.length === 0 && row.end_time < row.start_time) {
    problems.push(
      `EndTime: expected no earlier than StartTime ${show(fields['StartTime'])}, got ${show(fields['EndTime'])}`,
    );
  }
  return row;
}

/** Why a value is none. */
class Refusal {
  readonly expected: string;

  constructor(expected: string) {
    this.expected = expected;
  }
}

function readerOf(name: RowColumnName, slice: Slice, observedAt: EpochMs): Reader {
  if (name === 'job_count') return readCount;
  if (name === 'start_time') return remembering(startReader(observedAt));
  if (name === 'end_time') return remembering(readInstant);
  return remembering(dimensionReader(columns[name].field as DimensionField, slice));
}

/** The same value is looked at once, and what it reads as is kept once: a slice repeats few of them many times. */
function remembering(read: Reader): Reader {
  const known = new Map<unknown, Value>();
  return (value) => {
    const same = known.get(value);
    if (same !== undefined) return same;
    const found = read(value);
    if (!(found instanceof Refusal)) known.set(value, found);
    return found;
  };
}

function dimensionReader(field: DimensionField, slice: Slice): Reader {
  const aggregated = isAggregated(slice, field);
  const isSum = (value: string) => value === ANY || (value === AGGREGATE_ALL && !aggregated);
  return (value) => {
    if (typeof value !== 'string') return new Refusal('a string');
    if (!value.isWellFormed()) return new Refusal('well-formed Unicode');
    return isSum(value) ? new Refusal('one value, not a sum') : value;
  };
}

function readCount(value: unknown): Value | Refusal {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
  return new Refusal(`a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
}

/** Epoch seconds on the wire, with a fraction where AWS sends one. */
function readInstant(value: unknown): Value | Refusal {
  const instant = typeof value === 'number' ? Math.round(value * 1000) : Number.NaN;
  return Math.abs(instant) <= MAX_INSTANT ? instant : new Refusal('epoch seconds');
}

function startReader(observedAt: EpochMs): Reader {
  const earliest = observedAt - EARLIEST_START_DAYS * DAY_MS;
  const latest = observedAt + LATEST_START_DAYS * DAY_MS;
  const range = `a time from ${new Date(earliest).toISOString()} to ${new Date(latest).toISOString()}`;
  return (value) => {
    if (typeof value !== 'number') return new Refusal('epoch seconds');
    const start = Number(readInstant(value));
    return start >= earliest && start <= latest ? start : new Refusal(`${range} in epoch seconds`);
  };
}

function unknownFieldsOf(fields: Fields, known: ReadonlySet<string>): Fields | undefined {
  let names: string[] | undefined;
  // Mostly there are none, and Object.keys would make a list for each row.
  for (const name in fields) if (!known.has(name)) (names ??= []).push(name);
  // Entries, not assignments: a field may be called __proto__.
  return names && Object.fromEntries(names.map((name) => [name, fields[name]]));
}
