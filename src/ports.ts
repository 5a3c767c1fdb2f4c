import type { EpochMs, SummaryRow } from '../schemas/columns.ts';
import type { GlueTable } from '../schemas/glue-table.ts';
import type { Kind } from '../schemas/kinds.ts';
import type { SliceResult } from '../schemas/pull-result.ts';
import type { Day, Month } from './domain/day.ts';
import type { Slice } from './domain/slice.ts';
import type { BadDataError } from './errors.ts';

/** What the stages need from the world, as narrow as the stage that uses it. */

/** An object and the opaque version it was read at. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly version: string;
}

export interface ListedObject {
  readonly key: string;
  /** Length in bytes. */
  readonly size: number;
}

/** Write only over nothing, or only over the version that was read. */
export type PutCondition = { readonly ifAbsent: true } | { readonly ifVersion: string };

/** `written: false` means that another writer came first: nothing was changed, read again. */
export type PutResult = { readonly written: true; readonly version: string } | { readonly written: false };

/**
 * Where a ledger lives. Keys are relative to the ledger's root, separated by `/`.
 * Every method throws a `LedgerError` whose recovery says who acts; retries of passing faults are the adapter's.
 */
export interface ObjectStore {
  /** The whole object, or undefined when there is none. */
  get(key: string): Promise<StoredObject | undefined>;
  /** Bytes `start` up to, not including, `end` of an object, or undefined when there is none. */
  range(key: string, start: number, end: number): Promise<Uint8Array | undefined>;
  /** Compare and swap: atomically creates or replaces the whole object. */
  put(key: string, bytes: Uint8Array, condition: PutCondition): Promise<PutResult>;
  /** Objects whose key starts with `prefix`, in UTF-8 order of their keys, those after `startAfter` only. */
  list(prefix: string, options?: { readonly startAfter?: string }): AsyncIterable<ListedObject>;
}

/** One page as AWS sent it, untouched by the SDK's deserializer. */
export interface Page {
  readonly bytes: Uint8Array;
  /** The same, parsed as JSON. */
  readonly document: unknown;
  /** Why it must not be used, although it is JSON. */
  readonly problem?: BadDataError;
}

/** Reads a list page by page. Throws `TokenRefusedError` when it must begin again. */
export interface PageSource {
  readonly fetchPage: (token: string | undefined) => Promise<Page>;
}

/** Reads the pages of one slice. */
export interface SummarySource extends PageSource {
  /** What each request asks, by AWS's names; the NextToken aside. */
  readonly request: Readonly<Record<string, string | number>>;
}

/** Which jobs are listed. */
export interface JobListRequest {
  /** 12 digits, or `*` for all that the caller may see; undefined for the caller's own. */
  readonly account: string | undefined;
  /** Jobs that were created by then, or completed where the kind's list knows no other date: pages do not shift. */
  readonly before: EpochMs;
  /** Jobs a page, 1 to 1,000. Default: 1,000. */
  readonly pageSize?: number;
}

/** Compresses lines as they come, so that a slice's pages are never held whole. */
export interface LineWriter {
  /** Takes a line without its line feed. */
  append(line: Uint8Array): Promise<void>;
  /** Ends the file and returns it, compressed. */
  finish(): Promise<Uint8Array>;
  /** Lets go of a file that is not wanted. */
  discard(): void;
}

/** Compressed files of lines. */
export interface LineCodec {
  create(): LineWriter;
  /** The lines, one at a time. Throws `DamagedObjectError` when the bytes are no such file, or end too early. */
  read(bytes: Uint8Array): AsyncIterable<Uint8Array>;
}

/** What a stored month says of one start date. */
export interface StoredDay {
  readonly rows: number;
  /** Digest of the rows in file order, `observed_at` aside. Hexadecimal. */
  readonly contentSha256: string;
}

/** A stored month whose bytes are what its digests say. */
export interface StoredMonth {
  /** The start dates it has rows of, in order. */
  readonly days: ReadonlyMap<Day, StoredDay>;
  /** Whether it holds just these rows, in file order, of that day, whenever they were observed. Decodes nothing. */
  readonly holds: (day: Day, rows: readonly SummaryRow[]) => boolean;
  /** The rows of a day, in file order; columns the file lacks read as null. Throws `DamagedObjectError`. */
  readonly rowsOf: (day: Day) => Promise<SummaryRow[]>;
  /**
   * The file with the given days as given; a day without rows goes. Every other day keeps its bytes. Throws `EncodeError`.
   */
  readonly splice: (days: ReadonlyMap<Day, readonly SummaryRow[]>) => Promise<Uint8Array>;
}

/** Turns the days of one month into the bytes of one data file and back. */
export interface MonthCodec {
  /**
   * The same rows give the same bytes, written at once or spliced day by day. Days without rows are left out. Throws
   * `EncodeError` for a value the file cannot hold faithfully.
   */
  encode(kind: Kind, days: ReadonlyMap<Day, readonly SummaryRow[]>): Promise<Uint8Array>;
  /** Throws `DamagedObjectError` when the bytes are no such file, or not what its digests say. */
  open(kind: Kind, bytes: Uint8Array): Promise<StoredMonth>;
}

/** Who calls AWS. */
export interface Caller {
  /** 12 digits. */
  readonly account: string;
  readonly arn: string;
  /** The time AWS had when it answered, to the second, in milliseconds since the epoch. */
  readonly time?: number;
}

/** The services an organisation trusts, by their principals, or why they are not known. */
export type TrustedServices = readonly string[] | 'no organisation' | 'denied';

/** An object store with what a look at it from outside needs, and a pull does not. */
export interface InspectedStore extends ObjectStore {
  /** Takes a probe away again. Nothing of a ledger is ever deleted. */
  remove(key: string): Promise<void>;
  /** Whether old versions of objects are kept; undefined where the caller may not know. */
  isVersioned(): Promise<boolean | undefined>;
  /** How objects are encrypted by default; undefined where the caller may not know. */
  encryption(): Promise<string | undefined>;
}

/** Credentials of an assumed role, in the SDK's own words. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration?: Date;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What happens during a pull, for logs and progress displays. */
export type PullEvent =
  | { readonly type: 'slice-started'; readonly slice: Slice; readonly expectedPages: number | undefined }
  | { readonly type: 'page'; readonly slice: Slice; readonly page: number; readonly rows: number }
  | { readonly type: 'retry'; readonly slice: Slice; readonly attempt: number; readonly reason: string }
  | { readonly type: 'restart'; readonly slice: Slice; readonly reason: string }
  | { readonly type: 'note'; readonly slice: Slice; readonly message: string }
  | { readonly type: 'warning'; readonly slice: Slice; readonly message: string }
  | { readonly type: 'slice-finished'; readonly slice: Slice; readonly result: SliceResult };

export type Report = (event: PullEvent) => void;

/** Told of each request as it is sent, and of each that will be sent again. */
export interface RequestHooks {
  onRequest(): void;
  onRetry(attempt: number, reason: string): void;
}

/** Runs an attempt again, with backoff, while it returns undefined. Throws `LostRaceError` when it gives up. */
export type RetryLostRaces = <T>(key: string, attempt: () => Promise<T | undefined>) => Promise<T>;

/** What a query answered. */
export interface QueryAnswer {
  readonly columns: readonly AnswerColumn[];
  /** Cells as text, as exact as the engine has them; null is SQL's null. */
  readonly rows: AsyncIterable<readonly (string | null)[]>;
  /** What the query cost, where it costs anything. */
  readonly usage?: QueryUsage;
}

export interface AnswerColumn {
  readonly name: string;
  /** How a cell's text is to be taken: `json` is a nested value. */
  readonly type: 'number' | 'boolean' | 'text' | 'json';
}

export interface QueryUsage {
  readonly scannedBytes: number;
  readonly engineMs: number;
}

/** The months of some tables that statements ask about, both included, and the columns they ask for. */
export interface TableExcerpt {
  readonly tables: readonly string[];
  readonly columns: readonly string[];
  readonly from: Month;
  readonly to: Month;
}

/** Runs SQL over a ledger's tables and views. */
export interface QueryEngine {
  /** Throws `UsageError` for SQL that is wrong. The rows are to be read before anything else is run. */
  run(sql: string): Promise<QueryAnswer>;
  /**
   * An engine that finds nothing else in these tables: one that reads files anew for each statement reads them once for all of
   * its statements. Absent where each statement is paid for what it reads.
   */
  hold?(excerpt: TableExcerpt): Promise<QueryEngine>;
  close(): void;
}

/** A table or view as a data catalog has it. */
export interface CatalogEntry {
  readonly type: 'table' | 'view';
  readonly table: GlueTable;
  /** Opaque: what an update must still find there. */
  readonly version: string | undefined;
}

/** A data catalog. Where a method returns false, another writer came first and nothing was changed: look again. */
export interface Catalog {
  hasDatabase(database: string): Promise<boolean>;
  createDatabase(database: string, description: string): Promise<boolean>;
  find(database: string, name: string): Promise<CatalogEntry | undefined>;
  createTable(database: string, table: GlueTable): Promise<boolean>;
  /** Changes the given parts of an entry and leaves the rest, as it was read, alone. */
  update(database: string, entry: CatalogEntry, changes: Partial<GlueTable>): Promise<boolean>;
}
