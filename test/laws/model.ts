import { rowColumnsOf, type EpochMs, type SummaryRow } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';

/**
 * What a ledger of one table and region should hold after a sequence of pulls: slow, plain, and taken from the rules in
 * words, so that it can judge the real thing.
 */

const unfinishedStates = ['CREATED', 'PENDING', 'RUNNING', 'ABORTING', 'COMPLETING', 'FAILING'];

export interface ModelPull {
  /** Slices are told apart by name: each has a history of its own. */
  readonly slice: string;
  readonly observedAt: EpochMs;
  /** Rows as AWS returned them, each identity once. */
  readonly rows: readonly SummaryRow[];
  readonly toleratedRejects: boolean;
}

export interface ModelOutcome {
  readonly superseded: boolean;
  /** Accounts and days whose stored rows were protected. */
  readonly protected: number;
  /** Days whose rows changed in more than observed_at. */
  readonly changedDays: readonly string[];
}

type AccountDays = Map<string | null, SummaryRow[]>;

export class LedgerModel {
  readonly #kind: Kind;
  readonly #days = new Map<string, AccountDays>();
  readonly #newest = new Map<string, EpochMs>();

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  pull({ slice, observedAt, rows, toleratedRejects }: ModelPull): ModelOutcome {
    const newest = this.#newest.get(slice);
    if (newest !== undefined && newest > observedAt)
      return { superseded: true, protected: 0, changedDays: [] };
    this.#newest.set(slice, observedAt);

    const accounts = new Set(rows.map((row) => row.account_id));
    const returnedDays = rows.map(dayOf).toSorted();
    const oldest = returnedDays[0] ?? '';
    const changedDays: string[] = [];
    let protectedCount = 0;
    for (const day of everyDay(oldest, returnedDays.at(-1) ?? '')) {
      const before = this.#withoutObservation(day);
      for (const account of accounts) {
        const stored = this.#days.get(day)?.get(account) ?? [];
        const returned = rows.filter((row) => row.account_id === account && dayOf(row) === day);
        const isCut = day === oldest || day <= oldestWithJobs(rows, account) || isOld(day, observedAt);
        const verdict = this.#judge(stored, returned, observedAt, toleratedRejects || isCut);
        if (verdict.isProtected) protectedCount += 1;
        this.#set(day, account, verdict.rows);
      }
      if (this.#withoutObservation(day) !== before) changedDays.push(day);
    }
    return { superseded: false, protected: protectedCount, changedDays };
  }

  /** Every row held, in no order that matters. */
  rows(): SummaryRow[] {
    return [...this.#days.values()].flatMap((accounts) => [...accounts.values()].flat());
  }

  #judge(stored: SummaryRow[], returned: SummaryRow[], observedAt: EpochMs, doubtful: boolean) {
    // Stored rows of a later pull stay.
    if (stored.some((row) => row.observed_at > observedAt)) return { rows: stored, isProtected: false };
    // On a day that may be shown incompletely, fewer finished jobs never replace more.
    if (doubtful && finishedJobs(returned) < finishedJobs(stored)) return { rows: stored, isProtected: true };
    // Silence, or nothing but zeroes: unfinished jobs have moved on, finished ones stay.
    if (sum(returned) === 0) {
      return { rows: stored.filter(isFinished), isProtected: finishedJobs(stored) > 0 };
    }
    // Unchanged means untouched.
    if (this.#asText(stored) === this.#asText(returned)) return { rows: stored, isProtected: false };
    return { rows: returned.map((row) => ({ ...row, observed_at: observedAt })), isProtected: false };
  }

  #set(day: string, account: string | null, rows: SummaryRow[]): void {
    const accounts = this.#days.get(day) ?? new Map<string | null, SummaryRow[]>();
    accounts.set(account, rows);
    this.#days.set(day, accounts);
  }

  #withoutObservation(day: string): string {
    return this.#asText([...(this.#days.get(day)?.values() ?? [])].flat());
  }

  /** The rows as a set, without when they were observed. */
  #asText(rows: readonly SummaryRow[]): string {
    const names = rowColumnsOf(this.#kind).filter((name) => name !== 'observed_at');
    const texts = rows.map((row) => JSON.stringify(names.map((name) => row[name])));
    return texts.toSorted().join('\n');
  }
}

function dayOf(row: SummaryRow): string {
  return new Date(row.start_time).toISOString().slice(0, 10);
}

function everyDay(first: string, last: string): string[] {
  const days: string[] = [];
  for (let time = Date.parse(first); time <= Date.parse(last); time += 86_400_000) {
    days.push(new Date(time).toISOString().slice(0, 10));
  }
  return days;
}

/** The first day on which an account had jobs; one that had none has no first day, and all of them are in doubt. */
function oldestWithJobs(rows: readonly SummaryRow[], account: string | null): string {
  const days = rows.filter((row) => row.account_id === account && row.job_count > 0).map(dayOf);
  return days.toSorted()[0] ?? '9999-12-31';
}

/** A window of fourteen days that rolls by the hour cuts what began more than thirteen days ago. */
function isOld(day: string, observedAt: EpochMs): boolean {
  return Date.parse(day) < observedAt - 13 * 86_400_000;
}

function isFinished(row: SummaryRow): boolean {
  return row.state === null || !unfinishedStates.includes(row.state);
}

function sum(rows: readonly SummaryRow[]): number {
  return rows.reduce((jobs, row) => jobs + row.job_count, 0);
}

function finishedJobs(rows: readonly SummaryRow[]): number {
  return sum(rows.filter(isFinished));
}
