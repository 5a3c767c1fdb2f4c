import {
  type RowColumnName,
  rowColumnsOf,
  dimensionsOf,
  identityColumnsOf,
  type SummaryRow,
} from '../../schemas/columns.ts';
import { factsOf, type Kind } from '../../schemas/kinds.ts';
import { type Day, utcDay } from './day.ts';
import { groupBy } from './group-by.ts';

/**
 * What makes two rows readings of the same thing, within one kind and aggregation period.
 * JSON keeps `["a|b","c"]` apart from `["a","b|c"]`, where a join would not.
 */
export function identityOf(kind: Kind): (row: SummaryRow) => string {
  const names = identityColumnsOf(kind);
  return (row) => JSON.stringify(names.map((name) => row[name]));
}

/** Whether two rows are readings of the same thing: the same as comparing their identities, but faster. */
export function sameIdentity(kind: Kind): (a: SummaryRow, b: SummaryRow) => boolean {
  const names = identityColumnsOf(kind);
  // What tells neighbours apart stands last among the dimensions.
  const dimensions = dimensionsOf(kind).toReversed();
  return agreeIn([...dimensions, ...names.filter((name) => !dimensions.some((other) => other === name))]);
}

/** The columns that say what AWS counted, not when it was asked. */
export function contentColumnsOf(kind: Kind): readonly RowColumnName[] {
  return rowColumnsOf(kind).filter((name) => name !== 'observed_at');
}

/** Whether two rows agree in everything but when they were observed. */
export function sameButObservation(kind: Kind): (a: SummaryRow, b: SummaryRow) => boolean {
  return agreeIn(contentColumnsOf(kind));
}

function agreeIn(names: readonly RowColumnName[]): (a: SummaryRow, b: SummaryRow) => boolean {
  return (a, b) => {
    for (const name of names) if (a[name] !== b[name]) return false;
    return true;
  };
}

/** An account, or null where AWS named none. */
export type Account = string | null;

export type Rows = readonly SummaryRow[];
export type RowsByAccount = ReadonlyMap<Account, Rows>;
/** By the UTC day on which they start. */
export type RowsByDay = ReadonlyMap<Day, RowsByAccount>;

export function rowsByAccount(rows: Rows): Map<Account, SummaryRow[]> {
  return groupBy(rows, (row): Account => row.account_id);
}

export function rowsByDay(rows: Rows): RowsByDay {
  const byDay = groupBy(rows, (row) => utcDay(row.start_time));
  return new Map(Array.from(byDay, ([day, ofDay]) => [day, rowsByAccount(ofDay)]));
}

export function accountsOf(rows: RowsByDay): Set<Account> {
  return new Set([...rows.values()].flatMap((byAccount) => [...byAccount.keys()]));
}

/** All rows, in no order to rely on. */
export function* eachRow(rows: RowsByDay): Generator<SummaryRow> {
  for (const byAccount of rows.values()) for (const ofAccount of byAccount.values()) yield* ofAccount;
}

/**
 * The order of rows in a file: by dimension, then start time. Accounts come first, because equal values side by side
 * compress best.
 */
export function fileOrder(kind: Kind): (a: SummaryRow, b: SummaryRow) => number {
  const names = dimensionsOf(kind).filter((name) => name !== 'region');
  return (a, b) => {
    for (const name of names) {
      const order = valueOrder(a[name], b[name]);
      if (order !== 0) return order;
    }
    return a.start_time - b.start_time;
  };
}

/** Text by UTF-16 code unit, null before any text. */
export function valueOrder(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

/**
 * Whether rows in file order belong to named accounts in part, and in part to none: AWS may have shown the same jobs both
 * ways, and they count twice then.
 */
export function isPartlyUnnamed(rows: Rows): boolean {
  // Null comes before any name.
  return rows[0]?.account_id === null && rows.at(-1)?.account_id !== null;
}

/** Whether a row's jobs may still change state. A state this version does not know counts as finished. */
export function isUnfinished(kind: Kind): (row: SummaryRow) => boolean {
  const unfinished = new Set(factsOf(kind).unfinishedStates);
  return (row) => row.state !== null && unfinished.has(row.state);
}
