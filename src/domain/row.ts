import { columnsOf, dimensionsOf, identityColumnsOf, type SummaryRow } from '../../schemas/columns.ts';
import { factsOf, type Kind } from '../../schemas/kinds.ts';

/**
 * What makes two rows readings of the same thing, within one kind and aggregation period.
 * JSON keeps `["a|b","c"]` apart from `["a","b|c"]`, where a join would not.
 */
export function identityOf(kind: Kind): (row: SummaryRow) => string {
  const names = identityColumnsOf(kind);
  return (row) => JSON.stringify(names.map((name) => row[name]));
}

/** Whether two rows agree in everything but when they were observed. */
export function sameButObservation(kind: Kind): (a: SummaryRow, b: SummaryRow) => boolean {
  const names = columnsOf(kind).filter((name) => name !== 'observed_at');
  return (a, b) => names.every((name) => a[name] === b[name]);
}

/**
 * The order of rows in a file: by dimension, then start time. Accounts come first, because equal values side by side
 * compress best. Text is ordered by UTF-16 code unit, null before any text.
 */
export function fileOrder(kind: Kind): (a: SummaryRow, b: SummaryRow) => number {
  const names = dimensionsOf(kind).filter((name) => name !== 'region');
  return (a, b) => {
    for (const name of names) {
      const order = compare(a[name], b[name]);
      if (order !== 0) return order;
    }
    return a.start_time - b.start_time;
  };
}

function compare(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

/** Whether a row's jobs may still change state. A state this version does not know counts as finished. */
export function isUnfinished(kind: Kind): (row: SummaryRow) => boolean {
  const unfinished = new Set(factsOf(kind).unfinishedStates);
  return (row) => row.state !== null && unfinished.has(row.state);
}
