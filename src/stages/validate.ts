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
/** Given undefined for an absent value. */
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
  const own = columnsOf(slice.kind);
  const cells = columnNames.map((name): Cell => {
    const read = own.includes(name) ? readerOf(name, slice, observedAt) : () => null;
    return { name, field: columnFacts(name).field, read };
  });
  const known = new Set(columnsOf(slice.kind).map((name) => columnFacts(name).field));

  return (item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      return { ok: false, problems: [`expected an object, got ${show(item)}`] };
    }
    const fields = item as Fields;
    const problems: string[] = [];
    const row = readRow(fields, cells, problems);
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, row, unknownFields: unknownFieldsOf(fields, known) };
  };
}

/** How one cell of a row is read. */
interface Cell {
  readonly name: ColumnName;
  readonly field: string | null;
  readonly read: Reader;
}

function readRow(fields: Fields, cells: readonly Cell[], problems: string[]): SummaryRow {
  const values: Record<string, Value> = { ...noValues };
  for (const { name, field, read } of cells) {
    const got = field === null ? undefined : fields[field];
    const value = read(got ?? undefined);
    if (!(value instanceof Refusal)) values[name] = value;
    else problems.push(`${field}: expected ${value.expected}, got ${show(got)}`);
  }
  const row = values as unknown as SummaryRow;
  if (row.end_time !== null && problems.length === 0 && row.end_time < row.start_time) {
    problems.push(
      `EndTime: expected no earlier than StartTime ${show(fields['StartTime'])}, got ${show(fields['EndTime'])}`,
    );
  }
  return row;
}

/** All columns from the start: rows that grow column by column take twice the memory. */
const noValues = Object.fromEntries(columnNames.map((name) => [name, null]));

/** Why a value is none. */
class Refusal {
  readonly expected: string;

  constructor(expected: string) {
    this.expected = expected;
  }
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
  return (value) => (value === undefined ? absent : read(value));
}

/** The same text is kept once, and looked at once: a slice repeats few of them many times. */
function dimensionReader(field: FilterName | 'Region', slice: Slice): Reader {
  const aggregated = field !== 'Region' && isAggregated(slice, field);
  const isSum = (value: string) => value === ANY || (value === AGGREGATE_ALL && !aggregated);
  const known = new Map<string, string>();
  return (value) => {
    if (typeof value !== 'string') return new Refusal('a string');
    const same = known.get(value);
    if (same !== undefined) return same;
    if (!value.isWellFormed()) return new Refusal('well-formed Unicode');
    if (isSum(value)) return new Refusal('one value, not a sum');
    known.set(value, value);
    return value;
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

function unknownFieldsOf(fields: Fields, known: ReadonlySet<string | null>): Fields | undefined {
  const names = Object.keys(fields);
  if (names.every((name) => known.has(name))) return undefined;
  // Entries, not assignments: a field may be called __proto__.
  return Object.fromEntries(names.flatMap((name) => (known.has(name) ? [] : [[name, fields[name]]])));
}
