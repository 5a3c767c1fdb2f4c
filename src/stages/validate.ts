import {
  columnFacts,
  columnNames,
  columns,
  columnsOf,
  type ColumnName,
  type EpochMs,
  type SummaryRow,
} from '../../schemas/columns.ts';
import { AGGREGATE_ALL, ANY, type FilterName } from '../../schemas/kinds.ts';
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
/** Returns the value, or reports a problem and returns null. */
type Reader = (value: unknown, problem: (expected: string) => void) => Value;

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
  const readers = new Map(columnsOf(slice.kind).map((name) => [name, readerOf(name, slice, observedAt)]));
  const known = new Set(columnsOf(slice.kind).map((name) => columnFacts(name).field));

  return (item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      return { ok: false, problems: [`expected an object, got ${show(item)}`] };
    }
    const fields = item as Fields;
    const problems: string[] = [];
    const row = readRow(fields, readers, problems);
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, row, unknownFields: unknownFieldsOf(fields, known) };
  };
}

function readRow(fields: Fields, readers: ReadonlyMap<ColumnName, Reader>, problems: string[]): SummaryRow {
  const values: Partial<Record<ColumnName, Value>> = {};
  for (const name of columnNames) {
    const field = columnFacts(name).field;
    const got = field === null ? undefined : fields[field];
    const problem = (expected: string) => problems.push(`${field}: expected ${expected}, got ${show(got)}`);
    values[name] = readers.get(name)?.(got ?? undefined, problem) ?? null;
  }
  const row = values as SummaryRow;
  if (row.end_time !== null && problems.length === 0 && row.end_time < row.start_time) {
    problems.push(
      `EndTime: expected no earlier than StartTime ${show(fields['StartTime'])}, got ${show(fields['EndTime'])}`,
    );
  }
  return row;
}

function readerOf(name: ColumnName, slice: Slice, observedAt: EpochMs): Reader {
  if (name === 'region') return orElse(slice.region, dimensionReader('Region', slice));
  if (name === 'account_id') return orElse(accountOf(slice), dimensionReader('AccountId', slice));
  if (name === 'job_count') return readCount;
  if (name === 'start_time') return startReader(observedAt);
  if (name === 'end_time') return orElse(null, readInstant);
  if (name === 'observed_at') return () => observedAt;
  return orElse(null, dimensionReader(columns[name].field, slice));
}

function orElse(absent: Value, read: Reader): Reader {
  return (value, problem) => (value === undefined ? absent : read(value, problem));
}

function dimensionReader(field: FilterName | 'Region', slice: Slice): Reader {
  const aggregated = field !== 'Region' && isAggregated(slice, field);
  return (value, problem) => {
    if (typeof value !== 'string') return refuse(problem, 'a string');
    if (!value.isWellFormed()) return refuse(problem, 'well-formed Unicode');
    if (value === ANY || (value === AGGREGATE_ALL && !aggregated))
      return refuse(problem, 'one value, not a sum');
    return value;
  };
}

function readCount(value: unknown, problem: (expected: string) => void): Value {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
  return refuse(problem, `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
}

/** Epoch seconds on the wire, with a fraction where AWS sends one. */
function readInstant(value: unknown, problem: (expected: string) => void): Value {
  const instant = typeof value === 'number' ? Math.round(value * 1000) : Number.NaN;
  return Math.abs(instant) <= MAX_INSTANT ? instant : refuse(problem, 'epoch seconds');
}

function startReader(observedAt: EpochMs): Reader {
  const earliest = observedAt - EARLIEST_START_DAYS * DAY_MS;
  const latest = observedAt + LATEST_START_DAYS * DAY_MS;
  const range = `a time from ${new Date(earliest).toISOString()} to ${new Date(latest).toISOString()}`;
  return (value, problem) => {
    if (typeof value !== 'number') return refuse(problem, 'epoch seconds');
    const start = Number(readInstant(value, () => undefined) ?? Number.NaN);
    return start >= earliest && start <= latest ? start : refuse(problem, `${range} in epoch seconds`);
  };
}

function refuse(problem: (expected: string) => void, expected: string): null {
  problem(expected);
  return null;
}

function unknownFieldsOf(fields: Fields, known: ReadonlySet<string | null>): Fields | undefined {
  const unknown = Object.keys(fields).filter((name) => !known.has(name));
  // Entries, not assignments: a field may be called __proto__.
  return unknown.length === 0 ? undefined : Object.fromEntries(unknown.map((name) => [name, fields[name]]));
}
