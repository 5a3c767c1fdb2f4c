import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import {
  type Account,
  fileOrder,
  identityOf,
  isUnfinished,
  type Rows,
  rowsByAccount,
  type RowsByAccount,
  sameButObservation,
  valueOrder,
} from '../domain/row.ts';

/** What a pull has to say about one day of one region. */
export interface DaySnapshot {
  readonly kind: Kind;
  readonly observedAt: EpochMs;
  /** Rows the pull returned for this day. */
  readonly returned: RowsByAccount;
  /** Accounts the pull saw on any day: the only ones it speaks for. */
  readonly accounts: ReadonlySet<Account>;
  /**
   * Whether the day may be shown incompletely for an account: a rolling window may cut it, its totals do not match, or rows
   * of the pull were rejected.
   */
  readonly isDoubtfulFor: (account: Account) => boolean;
}

export interface Merged {
  /** The day's rows as they should be, in file order. */
  readonly rows: readonly SummaryRow[];
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Accounts whose stored rows were kept although the pull showed fewer of their jobs. */
  readonly protectedAccounts: number;
}

/**
 * Merges one day of a pull with what the ledger holds of it, account by account. AWS does not document how its daily
 * counts behave; these rules hold whichever way it is.
 */
export function mergeDay(stored: Rows, seen: DaySnapshot): Merged {
  const rules = rulesOf(seen);
  const order = fileOrder(seen.kind);
  const storedBy = byAccount(stored, seen.kind);
  const groups = new Map<Account, Rows>();
  const changes = { added: 0, changed: 0, removed: 0 };
  let protectedAccounts = 0;
  for (const account of new Set([...storedBy.keys(), ...seen.returned.keys()])) {
    const before = storedBy.get(account) ?? [];
    const after = seen.accounts.has(account)
      ? rules.mergeAccount(account, before, seen.returned.get(account)?.toSorted(order) ?? [])
      : { rows: before, protected: false };
    groups.set(account, after.rows);
    if (after.rows !== before) addDifferences(changes, seen.kind, before, after.rows);
    if (after.protected) protectedAccounts += 1;
  }
  return { rows: inFileOrder(groups), protectedAccounts, ...changes };
}

/** Each account's rows, in file order. */
function byAccount(rows: Rows, kind: Kind): Map<Account, Rows> {
  const groups = rowsByAccount(rows);
  for (const group of groups.values()) group.sort(fileOrder(kind));
  return groups;
}

/** Accounts come first in the order of a file, so that it is enough to sort them, each a list of ordered rows. */
function inFileOrder(groups: RowsByAccount): SummaryRow[] {
  const accounts = [...groups.keys()].toSorted(valueOrder);
  return accounts.map((account) => groups.get(account) ?? []).flat();
}

/** What several pulls make of one day, and what each of them changed. */
export interface MergedTogether extends Omit<Merged, 'protectedAccounts'> {
  /** In the order of the pulls. */
  readonly parts: readonly Omit<Merged, 'rows'>[];
}

/** What is left to say of a merge with nothing when just its rows turn out to be stored. */
export function unchangedFrom({ parts, ...merged }: MergedTogether): MergedTogether {
  const none = { added: 0, changed: 0, removed: 0 };
  return { ...merged, ...none, parts: parts.map((part) => ({ ...part, ...none })) };
}

/** Merges what several pulls have to say about one day, one after the other: pulls of one account each, as a rule. */
export function mergeDays(kind: Kind, stored: Rows, pulls: readonly DaySnapshot[]): MergedTogether {
  const [only, ...more] = pulls;
  if (only && more.length === 0) {
    const merged = mergeDay(stored, only);
    return { ...merged, parts: [merged] };
  }
  const held = byAccount(stored, kind);
  const parts = pulls.map((seen) => {
    const before = [...seen.accounts].flatMap((account) => held.get(account) ?? []);
    const { rows, ...part } = mergeDay(before, seen);
    const after = byAccount(rows, kind);
    for (const account of seen.accounts) held.set(account, after.get(account) ?? []);
    return part;
  });
  const rows = inFileOrder(held);
  const sum = (count: 'added' | 'changed' | 'removed') =>
    parts.reduce((total, part) => total + part[count], 0);
  return { rows, parts, added: sum('added'), changed: sum('changed'), removed: sum('removed') };
}

interface AccountDay {
  readonly rows: Rows;
  readonly protected: boolean;
}

function rulesOf({ kind, observedAt, isDoubtfulFor }: DaySnapshot) {
  const unfinished = isUnfinished(kind);
  const finishedJobs = (rows: Rows) =>
    rows.reduce((sum, row) => (unfinished(row) ? sum : sum + row.job_count), 0);
  const isSame = sameRows(kind);

  function mergeAccount(account: Account, stored: Rows, returned: Rows): AccountDay {
    if (stored.some((row) => row.observed_at > observedAt)) return { rows: stored, protected: false };
    if (finishedJobs(returned) < finishedJobs(stored) && isDoubtfulFor(account))
      return { rows: stored, protected: true };
    if (returned.every((row) => row.job_count === 0)) return silence(stored);
    return { rows: isSame(stored, returned) ? stored : returned, protected: false };
  }

  /** Silence erases no finished job; an unfinished one has moved on. */
  function silence(stored: Rows): AccountDay {
    return { rows: stored.filter((row) => !unfinished(row)), protected: finishedJobs(stored) > 0 };
  }

  return { mergeAccount };
}

/** Whether two lists of rows, both in file order, agree in everything but when they were observed. */
function sameRows(kind: Kind): (a: Rows, b: Rows) => boolean {
  const same = sameButObservation(kind);
  return (a, b) =>
    a.length === b.length &&
    a.every((row, index) => {
      const other = b[index];
      return other !== undefined && same(row, other);
    });
}

type Changes = Record<'added' | 'changed' | 'removed', number>;

function addDifferences(changes: Changes, kind: Kind, before: Rows, after: Rows): void {
  if (before.length === 0) {
    changes.added += after.length;
    return;
  }
  const identify = identityOf(kind);
  const same = sameButObservation(kind);
  const gone = new Map(before.map((row) => [identify(row), row]));
  for (const row of after) {
    const identity = identify(row);
    const earlier = gone.get(identity);
    if (!earlier) changes.added += 1;
    else if (!same(earlier, row)) changes.changed += 1;
    gone.delete(identity);
  }
  changes.removed += gone.size;
}
