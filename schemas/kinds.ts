/**
 * The four sibling operations of AWS Backup's job summaries, told apart by facts alone. No code branches on a
 * kind's name: what differs between kinds stands in this table.
 *
 * Source: the AWS Backup API reference and service model (`backup-2018-11-15`).
 */

/** The length of a row's own window. `ONE_DAY` rows are one count per UTC day. */
export const aggregationPeriods = ['ONE_DAY', 'SEVEN_DAYS', 'FOURTEEN_DAYS'] as const;
export type AggregationPeriod = (typeof aggregationPeriods)[number];

/** Length of each period's window, in days. */
export const periodDays: Readonly<Record<AggregationPeriod, number>> = {
  ONE_DAY: 1,
  SEVEN_DAYS: 7,
  FOURTEEN_DAYS: 14,
};

/** As a filter: one row per value. Never a value of a row. */
export const ANY = 'ANY';
/** As a filter: one summed row, whose dimension may read `AGGREGATE_ALL`. */
export const AGGREGATE_ALL = 'AGGREGATE_ALL';

/** The fields of a summary that say what is counted, in AWS's spelling. */
export type DimensionField =
  | 'Region'
  | 'AccountId'
  | 'ResourceType'
  | 'State'
  | 'MessageCategory'
  | 'MalwareScanner'
  | 'ScanResultStatus';

/** The request parameters that narrow or aggregate a dimension. Region has none: it is chosen by the endpoint. */
export const filterNames = [
  'AccountId',
  'State',
  'ResourceType',
  'MessageCategory',
  'MalwareScanner',
  'ScanResultStatus',
] as const satisfies readonly DimensionField[];
export type FilterName = (typeof filterNames)[number];

/** What to ask AWS for each filter; a filter the operation lacks is not sent. */
export type Filters = Readonly<Record<FilterName, string>>;

/** How a job can have ended. Well: `completed`, with or without issues. */
export const endings = [
  'completed',
  'completed_with_issues',
  'failed',
  'aborted',
  'partial',
  'expired',
] as const;
export type Ending = (typeof endings)[number];

/** The operation that lists a kind's jobs one by one. */
export interface JobListFacts {
  readonly operation: string;
  /** HTTP path of the operation (GET, rest-json). */
  readonly path: string;
  /** Name of the answer's list of jobs. */
  readonly resultList: string;
  /** Field that names a job. */
  readonly id: string;
  /** Where a job has its dimensions, if not in a field of the same name. */
  readonly fields: Readonly<Partial<Record<DimensionField, readonly string[]>>>;
  /** Whether jobs can be parents of others (`IsParent`, `ParentJobId`). */
  readonly hasParents: boolean;
  /** Whether jobs can be listed by when they were created. All can by when they were completed. */
  readonly byCreation: boolean;
}

export interface KindFacts {
  readonly operation: string;
  /** HTTP path of the operation (GET, rest-json). */
  readonly path: string;
  /** Name of the answer's list of summaries. */
  readonly resultList: string;
  /** The ledger's main table of this kind. */
  readonly table: string;
  readonly dimensions: readonly DimensionField[];
  /** Filters the operation accepts. All of them are always sent: what omission means is undocumented. */
  readonly filters: readonly FilterName[];
  /** States of jobs that may still change. Any other state, known or not, counts as finished. */
  readonly unfinishedStates: readonly string[];
  /** How a job ended → the states that say so. */
  readonly endings: Readonly<Partial<Record<Ending, readonly string[]>>>;
  /** Period of the ledger's rows → `AggregationPeriod` to request for them. A period left out has no such rows. */
  readonly requestPeriods: Readonly<Partial<Record<AggregationPeriod, AggregationPeriod>>>;
  /** Days of history AWS keeps; a longer gap between pulls is lost for good. */
  readonly historyDays: number;
  readonly jobList: JobListFacts;
}

const sameAsRequested = {
  ONE_DAY: 'ONE_DAY',
  SEVEN_DAYS: 'SEVEN_DAYS',
  FOURTEEN_DAYS: 'FOURTEEN_DAYS',
} as const;

export const kinds = {
  copy: {
    operation: 'ListCopyJobSummaries',
    path: '/audit/copy-job-summaries',
    resultList: 'CopyJobSummaries',
    table: 'copy_job_summaries',
    dimensions: ['Region', 'AccountId', 'ResourceType', 'State', 'MessageCategory'],
    filters: ['AccountId', 'State', 'ResourceType', 'MessageCategory'],
    unfinishedStates: ['CREATED', 'RUNNING', 'ABORTING', 'COMPLETING', 'FAILING'],
    endings: { aborted: ['ABORTED'], completed: ['COMPLETED'], failed: ['FAILED'], partial: ['PARTIAL'] },
    requestPeriods: sameAsRequested,
    historyDays: 14,
    jobList: {
      operation: 'ListCopyJobs',
      path: '/copy-jobs',
      resultList: 'CopyJobs',
      id: 'CopyJobId',
      fields: {},
      hasParents: true,
      byCreation: true,
    },
  },
  backup: {
    operation: 'ListBackupJobSummaries',
    path: '/audit/backup-job-summaries',
    resultList: 'BackupJobSummaries',
    table: 'backup_job_summaries',
    dimensions: ['Region', 'AccountId', 'ResourceType', 'State', 'MessageCategory'],
    filters: ['AccountId', 'State', 'ResourceType', 'MessageCategory'],
    unfinishedStates: ['CREATED', 'PENDING', 'RUNNING', 'ABORTING'],
    endings: {
      aborted: ['ABORTED'],
      completed: ['COMPLETED'],
      failed: ['FAILED'],
      expired: ['EXPIRED'],
      partial: ['PARTIAL'],
    },
    requestPeriods: sameAsRequested,
    historyDays: 14,
    jobList: {
      operation: 'ListBackupJobs',
      path: '/backup-jobs',
      resultList: 'BackupJobs',
      id: 'BackupJobId',
      fields: {},
      hasParents: true,
      byCreation: true,
    },
  },
  restore: {
    operation: 'ListRestoreJobSummaries',
    path: '/audit/restore-job-summaries',
    resultList: 'RestoreJobSummaries',
    table: 'restore_job_summaries',
    dimensions: ['Region', 'AccountId', 'ResourceType', 'State'],
    filters: ['AccountId', 'State', 'ResourceType'],
    unfinishedStates: ['CREATED', 'PENDING', 'RUNNING'],
    endings: { aborted: ['ABORTED'], completed: ['COMPLETED'], failed: ['FAILED'] },
    requestPeriods: sameAsRequested,
    historyDays: 14,
    jobList: {
      operation: 'ListRestoreJobs',
      path: '/restore-jobs',
      resultList: 'RestoreJobs',
      id: 'RestoreJobId',
      fields: { State: ['Status'] },
      hasParents: true,
      byCreation: true,
    },
  },
  scan: {
    operation: 'ListScanJobSummaries',
    path: '/audit/scan-job-summaries',
    resultList: 'ScanJobSummaries',
    table: 'scan_job_summaries',
    dimensions: ['Region', 'AccountId', 'ResourceType', 'State', 'MalwareScanner', 'ScanResultStatus'],
    filters: ['AccountId', 'State', 'ResourceType', 'MalwareScanner', 'ScanResultStatus'],
    unfinishedStates: ['CREATED', 'RUNNING'],
    endings: {
      completed: ['COMPLETED'],
      completed_with_issues: ['COMPLETED_WITH_ISSUES'],
      failed: ['FAILED'],
      aborted: ['CANCELED'],
    },
    // Scan's periods all mean daily counts, for the prior 1, 7 or 14 days.
    requestPeriods: { ONE_DAY: 'FOURTEEN_DAYS' },
    historyDays: 14,
    jobList: {
      operation: 'ListScanJobs',
      path: '/scan/jobs',
      resultList: 'ScanJobs',
      id: 'ScanJobId',
      fields: { ScanResultStatus: ['ScanResult', 'ScanResultStatus'] },
      hasParents: false,
      byCreation: false,
    },
  },
} as const satisfies Record<string, KindFacts>;

export type Kind = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as readonly Kind[];

/** The facts of one kind, without the literal types that would make callers branch on its name. */
export function factsOf(kind: Kind): KindFacts {
  return kinds[kind];
}

/** States of jobs that are over. */
export function finishedStatesOf(kind: Kind): readonly string[] {
  return Object.values(factsOf(kind).endings).flat();
}

/** Every state of a kind's jobs that the API reference names. */
export function knownStatesOf(kind: Kind): readonly string[] {
  return [...factsOf(kind).unfinishedStates, ...finishedStatesOf(kind)];
}

/** Resource types the API reference names. Others are stored all the same, and reported. */
export const knownResourceTypes: readonly string[] = [
  'Aurora',
  'Aurora DSQL',
  'CloudFormation',
  'DocumentDB',
  'DynamoDB',
  'EBS',
  'EC2',
  'EFS',
  'EKS',
  'FSx',
  'Neptune',
  'RDS',
  'Redshift',
  'Redshift Serverless',
  'S3',
  'SAP HANA on Amazon EC2',
  'Storage Gateway',
  'Timestream',
  'VirtualMachine',
];
