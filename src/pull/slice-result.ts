import type { EpochMs } from '../../schemas/columns.ts';
import type { RecordedObject } from '../../schemas/pull-record.ts';
import type { Mismatch, SliceResult } from '../../schemas/pull-result.ts';
import { accountsOf, eachRow, type RowsByDay } from '../domain/row.ts';
import { sha256 } from '../domain/sha256.ts';
import { some } from '../domain/show.ts';
import type { Slice } from '../domain/slice.ts';
import type { LedgerError } from '../errors.ts';
import type { Report, RequestHooks } from '../ports.ts';
import type { Reading } from '../read/read-slice.ts';
import { findGap, inspectFreshness } from './freshness.ts';
import type { EarlierPull } from '../ledger/history.ts';
import { hasShrunk } from '../domain/shrinkage.ts';
import { inspectRows } from './unknown-values.ts';
import { type NoTotals, describeMismatches } from '../read/totals.ts';

/** What a pull says of one slice, as it goes along: the result, and every event on the way. */
export class SliceReport {
  readonly result: SliceResult;
  reading: Reading | undefined;
  #rawSha256: string | null = null;
  readonly #slice: Slice;
  readonly #report: Report;
  readonly #objects: RecordedObject[] = [];
  readonly #protected: string[] = [];

  constructor(slice: Slice, report: Report) {
    this.#slice = slice;
    this.#report = report;
    this.result = blankResult(slice);
  }

  /** Objects written or confirmed so far, in the order of their keys. */
  get objects(): RecordedObject[] {
    return this.#objects.toSorted((a, b) => (a.partition < b.partition ? -1 : 1));
  }

  get rawSha256(): string | null {
    return this.#rawSha256;
  }

  get hooks(): RequestHooks {
    return {
      onRequest: () => {
        this.result.requests += 1;
      },
      onRetry: (attempt, reason) => {
        this.result.retries += 1;
        this.#report({ type: 'retry', slice: this.#slice, attempt, reason });
      },
    };
  }

  restarted(reason: string): void {
    this.result.restarts += 1;
    this.#report({ type: 'restart', slice: this.#slice, reason });
  }

  warn(message: string): void {
    this.result.warnings.push(message);
    this.#report({ type: 'warning', slice: this.#slice, message });
  }

  /** What the rows show as a whole. */
  sawRows(rows: RowsByDay, observedAt: EpochMs, last: EarlierPull | undefined): void {
    const days = [...rows.keys()].toSorted();
    const read = { observedAt, firstDay: days[0], lastDay: days.at(-1) };
    const { result } = this;
    result.first_day = read.firstDay ?? null;
    result.last_day = read.lastDay ?? null;
    result.accounts = accountsOf(rows).size;
    result.accounts_before = last?.accounts ?? null;
    result.gap = findGap(this.#slice, last?.observedAt, read);
    for (const warning of inspectRows(this.#slice, eachRow(rows))) this.warn(warning);
    for (const warning of inspectFreshness(this.#slice, last?.observedAt, read)) this.warn(warning);
    if (hasShrunk(result)) {
      this.warn(`only ${result.accounts} accounts came; the last pull saw ${result.accounts_before}`);
    }
  }

  /** What came of comparing with AWS's own totals; undefined when they were not asked for. */
  sawTotals(found: readonly Mismatch[] | NoTotals | undefined): void {
    const { result } = this;
    if (found === undefined) return;
    if ('unavailable' in found) {
      result.reconciled = 'unavailable';
      result.totals_unavailable = found.unavailable;
      this.warn(`AWS's own totals could not be had: ${found.unavailable}`);
      return;
    }
    result.reconciled = found.length === 0 ? 'matched' : 'mismatched';
    result.mismatches = [...found];
    if (found.length > 0)
      this.warn(`AWS's own totals are not the sums of its rows: ${describeMismatches(found)}`);
  }

  keptRaw(key: string, bytes: Uint8Array): void {
    this.result.raw = key;
    this.#rawSha256 = sha256(bytes);
  }

  kept(object: RecordedObject): void {
    this.#objects.push(object);
    this.result.partitions[object.action] += 1;
  }

  protectedRows(partition: string, accounts: number): void {
    if (accounts === 0) return;
    this.result.protected += accounts;
    this.#protected.push(partition);
  }

  failed(error: LedgerError): void {
    this.result.outcome = 'failed';
    this.result.error = { name: error.name, message: error.message, recovery: error.recovery };
  }

  /** Takes over what was read, complete or not, and says what adds up only at the end. */
  close(): void {
    if (this.reading) {
      const { books, observedAt, pages, rejects, warnings } = this.reading;
      Object.assign(this.result, books, { pages, rejects: [...rejects] });
      this.result.observed_at = new Date(observedAt).toISOString();
      for (const warning of warnings) this.warn(warning);
    }
    if (this.#protected.length > 0) {
      const partitions = some(this.#protected.toSorted(), 3);
      this.warn(
        `${this.result.protected} account-days came with fewer jobs than are stored and were kept: ${partitions}`,
      );
    }
  }
}

/** A slice of which nothing is known yet. */
function blankResult({ kind, aggregationPeriod, region, scope, table }: Slice): SliceResult {
  return {
    kind,
    aggregation_period: aggregationPeriod,
    region,
    scope,
    table,
    outcome: 'ok',
    observed_at: null,
    requests: 0,
    retries: 0,
    restarts: 0,
    pages: 0,
    received: 0,
    kept: 0,
    duplicates: 0,
    conflicts: 0,
    rejected: 0,
    foreign: 0,
    protected: 0,
    accounts: 0,
    accounts_before: null,
    first_day: null,
    last_day: null,
    partitions: { written: 0, unchanged: 0 },
    reconciled: 'off',
    mismatches: [],
    totals_unavailable: null,
    gap: null,
    last_good_pull: null,
    raw: null,
    rejects: [],
    warnings: [],
    error: null,
  };
}
