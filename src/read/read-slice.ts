import type { EpochMs } from '../../schemas/columns.ts';
import { factsOf } from '../../schemas/kinds.ts';
import type { Books, Reject } from '../../schemas/pull-result.ts';
import type { RowsByDay } from '../domain/row.ts';
import { some, counted } from '../domain/show.ts';
import type { Slice } from '../domain/slice.ts';
import { BadDataError, LedgerError, NewDimensionError, TokenRefusedError } from '../errors.ts';
import { followPages } from './pages.ts';
import type { Clock, SummarySource } from '../ports.ts';
import { createDeduplicator, type Deduplicator } from './deduplicate.ts';
import type { RawPages } from '../ledger/raw-pages.ts';
import { createValidator } from './validate.ts';
import { createUnasked } from './unasked.ts';

/** How often a slice begins again after a refused NextToken before the pull gives up. */
export const MAX_RESTARTS = 3;

/** Rejected rows that are told in full when they fail the slice; tolerated ones all are. */
const MAX_REJECTS_LISTED = 20;

/** Some tens of milliseconds of work. AWS sends 500 a page at most. */
const ROWS_PER_BREATH = 5_000;

export interface ReadOptions {
  readonly slice: Slice;
  readonly source: SummarySource;
  readonly maxPages: number;
  readonly maxRejects: number;
  readonly clock: Clock;
  /** Ends the work on a page, however many rows it has. */
  readonly signal?: AbortSignal;
  /** Opens a file for the raw pages of an attempt; undefined when none are kept. */
  readonly openRaw?: ((observedAt: EpochMs) => Promise<RawPages>) | undefined;
  /** Given each attempt as it begins: it shows how far a failed one came. */
  readonly onAttempt: (reading: Reading) => void;
  readonly onPage: (page: number, rows: number) => void;
  readonly onRestart: (reason: string) => void;
}

/** What one attempt to read a slice has found so far. */
export interface Reading {
  /** The instant the attempt's first request was sent. */
  readonly observedAt: EpochMs;
  readonly pages: number;
  /** Whether the last page was reached. */
  readonly complete: boolean;
  readonly books: Books;
  readonly rejects: readonly Reject[];
  readonly warnings: readonly string[];
  rows(): RowsByDay;
  /** The file of the pages read so far; undefined when none are kept, or it was taken or discarded before. */
  takeRaw(): Promise<Uint8Array | undefined>;
  discardRaw(): void;
}

/**
 * Reads a slice to its last page, from the start again when AWS refuses a NextToken. Throws what the source throws,
 * `PaginationLoopError`, `TooManyPagesError`, `BadDataError`.
 */
export async function readSlice(options: ReadOptions): Promise<Reading> {
  for (let restarts = 0; ; restarts++) {
    const attempt = new Attempt(options);
    options.onAttempt(attempt);
    try {
      await attempt.readPages();
      return attempt;
    } catch (error) {
      if (!(error instanceof TokenRefusedError) || restarts === MAX_RESTARTS) throw error;
      attempt.discardRaw();
      options.onRestart(error.message);
    }
  }
}

/** One walk from the first page to the last. */
class Attempt implements Reading {
  readonly observedAt: EpochMs;
  pages = 0;
  complete = false;
  readonly rejects: Reject[] = [];
  readonly #options: ReadOptions;
  readonly #validate: ReturnType<typeof createValidator>;
  readonly #deduplicator: Deduplicator;
  readonly #unasked: ReturnType<typeof createUnasked>;
  readonly #unknownFields = new Set<string>();
  #raw: RawPages | undefined;
  /** Pages are read on after it, so that the raw ones are all kept. */
  #newDimension: NewDimensionError | undefined;
  #received = 0;
  #rejected = 0;

  constructor(options: ReadOptions) {
    this.#options = options;
    this.observedAt = options.clock.now();
    this.#validate = createValidator(options.slice, this.observedAt);
    this.#unasked = createUnasked(options.slice);
    this.#deduplicator = createDeduplicator(options.slice.kind);
  }

  async readPages(): Promise<void> {
    const { slice, source, maxPages, onPage, openRaw } = this.#options;
    this.#raw = await openRaw?.(this.observedAt);
    const keep = this.#raw?.append;
    for await (const items of followPages(factsOf(slice.kind).resultList, source, { maxPages, keep })) {
      this.pages += 1;
      await this.#takeAll(items);
      onPage(this.pages, items.length);
    }
    this.complete = true;
    this.#assertUsable();
  }

  get books(): Books {
    return {
      received: this.#received,
      kept:
        this.#received -
        this.#deduplicator.duplicates -
        this.#deduplicator.conflicts -
        this.#rejected -
        this.#unasked.count,
      duplicates: this.#deduplicator.duplicates,
      conflicts: this.#deduplicator.conflicts,
      rejected: this.#rejected,
      foreign: this.#unasked.count,
    };
  }

  get warnings(): string[] {
    const warnings = this.#unasked.warnings();
    if (this.#unknownFields.size > 0) {
      warnings.push(
        `AWS sent fields this version does not know: ${some([...this.#unknownFields].toSorted())}`,
      );
    }
    if (this.#rejected > 0) warnings.push(`${counted(this.#rejected, 'row')} rejected`);
    return warnings;
  }

  rows(): RowsByDay {
    return this.#deduplicator.rows();
  }

  async takeRaw(): Promise<Uint8Array | undefined> {
    const raw = this.#raw;
    this.#raw = undefined;
    return raw?.finish();
  }

  discardRaw(): void {
    this.#raw?.discard();
    this.#raw = undefined;
  }

  /** With a breath now and then, in which signals and the deadline are heard. */
  async #takeAll(items: readonly unknown[]): Promise<void> {
    for (const [index, item] of items.entries()) {
      this.#take(item, index);
      if (index % ROWS_PER_BREATH !== ROWS_PER_BREATH - 1) continue;
      await new Promise((resolve) => setImmediate(resolve));
      this.#options.signal?.throwIfAborted();
    }
  }

  #take(item: unknown, index: number): void {
    this.#received += 1;
    const validation = this.#validate(item);
    if (!validation.ok) {
      this.#reject({ page: this.pages, index, problems: [...validation.problems] });
      return;
    }
    const { row, unknownFields } = validation;
    for (const name in unknownFields) this.#unknownFields.add(name);
    if (!this.#unasked.takes(row)) this.#keep({ row, page: this.pages, unknownFields });
  }

  #keep(reading: Parameters<Deduplicator['add']>[0]): void {
    try {
      this.#deduplicator.add(reading);
    } catch (error) {
      if (!(error instanceof NewDimensionError)) throw error;
      this.#newDimension ??= error;
    }
  }

  #reject(reject: Reject): void {
    this.#rejected += 1;
    if (this.rejects.length < Math.max(MAX_REJECTS_LISTED, this.#options.maxRejects))
      this.rejects.push(reject);
  }

  #assertUsable(): void {
    const { slice, maxRejects } = this.#options;
    if (this.#newDimension) throw this.#newDimension;
    if (this.#deduplicator.size !== this.books.kept) {
      throw new LedgerError('report-bug', `the books do not balance: ${JSON.stringify(this.books)}`);
    }
    if (this.#rejected <= maxRejects) return;
    const { resultList } = factsOf(slice.kind);
    const examples = this.rejects.flatMap(({ page, index, problems }) =>
      problems.map((problem) => `page ${page}, ${resultList}[${index}].${problem}`),
    );
    throw new BadDataError(
      `${this.#rejected} of ${counted(this.#received, 'row')} not usable and --max-rejects allows ${maxRejects}: ` +
        `${some(examples, 3)}. Nothing of this slice was published`,
    );
  }
}
