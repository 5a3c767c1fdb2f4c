import type { EpochMs } from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';

/** One request the simulator answered, or refused to. */
export interface RequestRecord {
  /** Simulated time. */
  readonly at: EpochMs;
  readonly region: string;
  /** Access key ID it was signed with; undefined when it was not signed. */
  readonly accessKey: string | undefined;
  readonly kind: Kind;
  readonly operation: string;
  /** Counted from 1. */
  readonly page: number;
  /** The query as it came. */
  readonly parameters: Readonly<Record<string, string>>;
  /** HTTP status; 0 when no answer was sent. */
  readonly status: number;
  /** Rows in the answer. */
  readonly rows: number;
  /** Names of the faults that happened to it. */
  readonly faults: readonly string[];
}

/** What was asked so far. Control requests are not counted. */
export interface RequestLog {
  readonly total: number;
  readonly byRegion: Readonly<Record<string, number>>;
  readonly byOperation: Readonly<Record<string, number>>;
  readonly byFault: Readonly<Record<string, number>>;
  /** The last 1,000, oldest first. */
  readonly recent: readonly RequestRecord[];
  /** Requests being answered now, and the most that ever were at once. */
  readonly inFlight: number;
  readonly maxInFlight: number;
  clear(): void;
}

const MAX_RECENT = 1000;

interface Counts {
  total: number;
  readonly byRegion: Record<string, number>;
  readonly byOperation: Record<string, number>;
  readonly byFault: Record<string, number>;
  readonly recent: RequestRecord[];
}

const nothing = (): Counts => ({ total: 0, byRegion: {}, byOperation: {}, byFault: {}, recent: [] });

/** The log, and the functions that write it. */
export function createRequestLog(): {
  readonly log: RequestLog;
  readonly enter: () => void;
  readonly leave: () => void;
  readonly add: (record: RequestRecord) => void;
} {
  let counts = nothing();
  let inFlight = 0;
  let maxInFlight = 0;
  const log: RequestLog = {
    get total() {
      return counts.total;
    },
    get byRegion() {
      return counts.byRegion;
    },
    get byOperation() {
      return counts.byOperation;
    },
    get byFault() {
      return counts.byFault;
    },
    get recent() {
      return counts.recent;
    },
    get inFlight() {
      return inFlight;
    },
    get maxInFlight() {
      return maxInFlight;
    },
    clear: () => {
      counts = nothing();
      maxInFlight = inFlight;
    },
  };
  return {
    log,
    enter: () => {
      maxInFlight = Math.max(maxInFlight, ++inFlight);
    },
    leave: () => {
      inFlight--;
    },
    add: (record) => addRecord(counts, record),
  };
}

function addRecord(counts: Counts, record: RequestRecord): void {
  counts.total++;
  count(counts.byRegion, record.region);
  count(counts.byOperation, record.operation);
  for (const fault of record.faults) count(counts.byFault, fault);
  counts.recent.push(record);
  if (counts.recent.length > MAX_RECENT) counts.recent.shift();
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
