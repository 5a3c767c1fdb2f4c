import { type DimensionField, factsOf, type Kind } from './kinds.ts';

/**
 * The one place where a column is named. Row type, Parquet schema, identity, sort order, Glue table and Athena DDL
 * follow from this table; its order is the order of the columns in the files.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

export type ColumnType = 'string' | 'bigint' | 'date' | 'timestamp';

export interface ColumnFacts {
  /** Athena's type. In Parquet: UTF8, INT64, INT32 DATE, INT64 TIMESTAMP_MILLIS. */
  readonly type: ColumnType;
  /**
   * `dimension`: what is counted; `measure`: the count; `window`: when; `observation`: when AWS was asked; `derived`: follows
   * from another column, so that only files hold it.
   */
  readonly role: 'dimension' | 'measure' | 'window' | 'observation' | 'derived';
  /** The field of AWS's summary it is taken from; null when it is ours. */
  readonly field: string | null;
  /** Whether two rows that differ in it are two rows, not two readings of one. */
  readonly identity: boolean;
  readonly nullable: boolean;
  readonly comment: string;
}

const dimension = { type: 'string', role: 'dimension', identity: true, nullable: true } as const;

export const columns = {
  region: {
    ...dimension,
    field: 'Region',
    nullable: false,
    comment: 'AWS Region of the jobs; the Region of the endpoint asked where AWS names none',
  },
  account_id: { ...dimension, field: 'AccountId', comment: 'Account that owns the jobs' },
  resource_type: {
    ...dimension,
    field: 'ResourceType',
    comment: 'Type of the protected resource, as AWS spells it',
  },
  state: { ...dimension, field: 'State', comment: 'Job state when AWS was asked, as AWS spells it' },
  message_category: {
    ...dimension,
    field: 'MessageCategory',
    comment: 'Category of the status message, as AWS spells it: compare case-insensitively',
  },
  malware_scanner: {
    ...dimension,
    field: 'MalwareScanner',
    comment: 'Scanner that examined the recovery point',
  },
  scan_result_status: { ...dimension, field: 'ScanResultStatus', comment: 'What the scan found' },
  job_count: {
    type: 'bigint',
    role: 'measure',
    field: 'Count',
    identity: false,
    nullable: false,
    comment:
      'Number of jobs. AWS does not document on which day a job counts, or whether parent and child jobs both do: ' +
      'backup-ledger doctor --calibrate finds out',
  },
  start_date: {
    type: 'date',
    role: 'derived',
    field: null,
    identity: false,
    nullable: false,
    comment: 'UTC date of start_time: the day counted',
  },
  start_time: {
    type: 'timestamp',
    role: 'window',
    field: 'StartTime',
    identity: true,
    nullable: false,
    comment: 'Start of the window counted, UTC',
  },
  end_time: {
    type: 'timestamp',
    role: 'window',
    field: 'EndTime',
    identity: false,
    nullable: true,
    comment: 'End of the window counted, UTC. AWS does not document whether it is inclusive',
  },
  observed_at: {
    type: 'timestamp',
    role: 'observation',
    field: null,
    identity: false,
    nullable: false,
    comment: 'Since when this account and day is known to be so: when the pull that first saw it began, UTC',
  },
} as const satisfies Record<string, ColumnFacts>;

/** Columns that Athena takes from the object's path, not from the file. */
export const partitionColumns = {
  aggregation_period: { type: 'string', comment: 'Length of the window a row counts' },
  start_month: {
    type: 'string',
    comment: 'UTC month of start_time, YYYY-MM: a filter on it reads those months only',
  },
} as const;

export type ColumnName = keyof typeof columns;

export const columnNames = Object.keys(columns) as readonly ColumnName[];

/** The columns of a row in memory: all but the derived ones. */
export type RowColumnName = {
  [C in ColumnName]: (typeof columns)[C]['role'] extends 'derived' ? never : C;
}[ColumnName];

export const rowColumnNames = columnNames.filter(isRowColumn);

interface TypeScriptTypes {
  string: string;
  bigint: number;
  date: string;
  timestamp: EpochMs;
}

type ValueOf<C extends ColumnName> =
  | TypeScriptTypes[(typeof columns)[C]['type']]
  | ((typeof columns)[C]['nullable'] extends true ? null : never);

/**
 * One row of a summary table. Timestamps are epoch milliseconds, counts whole numbers up to 2^53−1.
 * A column that a kind does not have is null and is not written for it.
 */
export type SummaryRow = { readonly [C in RowColumnName]: ValueOf<C> };

/** Names of the columns with the given role, in order. */
export type DimensionColumn = {
  [C in ColumnName]: (typeof columns)[C]['role'] extends 'dimension' ? C : never;
}[ColumnName];

/** The facts of one column, without its literal types. */
export function columnFacts(name: ColumnName): ColumnFacts {
  return columns[name];
}

/** The columns of a kind's table, in the order of its files. */
export function columnsOf(kind: Kind): readonly ColumnName[] {
  const fields: readonly DimensionField[] = factsOf(kind).dimensions;
  return columnNames.filter(
    (name) => columns[name].role !== 'dimension' || fields.some((field) => field === columns[name].field),
  );
}

/** The columns of a kind's rows in memory, in the same order. */
export function rowColumnsOf(kind: Kind): readonly RowColumnName[] {
  return columnsOf(kind).filter(isRowColumn);
}

function isRowColumn(name: ColumnName): name is RowColumnName {
  return columns[name].role !== 'derived';
}

/** The kind's dimension columns, in order. */
export function dimensionsOf(kind: Kind): readonly DimensionColumn[] {
  return columnsOf(kind).filter((name): name is DimensionColumn => columns[name].role === 'dimension');
}

/** The columns that together tell a kind's rows apart within one aggregation period. */
export function identityColumnsOf(kind: Kind): readonly RowColumnName[] {
  return rowColumnsOf(kind).filter((name) => columns[name].identity);
}
