import { type Kind, knownResourceTypes } from '../../../schemas/kinds.ts';
import type { Step } from './job-traits.ts';

/** All times of jobs are whole seconds since the epoch: nothing changes within a second. */
export type EpochSeconds = number;

export const DAY_SECONDS = 86_400;
/** No job lives longer, so a window needs only the jobs of so many days before it. */
export const MAX_LIFE_DAYS = 3;

export const resourceTypes: readonly string[] = knownResourceTypes;

/** What a day's jobs are drawn from. */
export interface JobDraw {
  readonly seed: string;
  readonly region: string;
  readonly kind: Kind;
  /** Days since the epoch. */
  readonly day: number;
  readonly accounts: number;
  /** Rows wanted in one day's finished answer, composites aside; may be a fraction. */
  readonly rowsPerDay: number;
  /** Share of the jobs that are parents of others, 0 to 1. */
  readonly composites: number;
}

/** When each step of a job's life begins. */
export type StepTimes = readonly [EpochSeconds, EpochSeconds, EpochSeconds, EpochSeconds, EpochSeconds];

/**
 * The jobs created on one day, as columns: a million objects would be slow to build and to read. Each line stands
 * for `count` jobs that were created together and went the same way.
 */
export interface JobSheet {
  readonly size: number;
  readonly account: Uint32Array;
  readonly resourceType: Uint8Array;
  /** Index into the kind's life cycles. */
  readonly lifeCycle: Uint8Array;
  readonly count: Uint16Array;
  /** When each step began, by step: five columns. */
  readonly times: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  /** Line of the parents, or -1: the n-th job of that line is the parent of the n-th job of this one. */
  readonly parent: Int32Array;
  /** 1 where a line's jobs are parents. */
  readonly isParent: Uint8Array;
}

/** Whose jobs a line's are, and which way they go. */
export interface LineOwner {
  readonly account: number;
  readonly resourceType: number;
  readonly lifeCycle: number;
}

export interface SheetWriter {
  readonly sheet: JobSheet;
  add(owner: LineOwner, count: number, times: StepTimes): void;
  /** Makes the last line's jobs children of an earlier line's. */
  adopt(parent: number): void;
}

/** Begins a sheet of at most so many lines. */
export function createSheet(capacity: number): SheetWriter {
  const column = () => new Uint32Array(capacity);
  const times = [column(), column(), column(), column(), column()] as const;
  const sheet = {
    size: 0,
    account: column(),
    resourceType: new Uint8Array(capacity),
    lifeCycle: new Uint8Array(capacity),
    count: new Uint16Array(capacity),
    times,
    parent: new Int32Array(capacity).fill(-1),
    isParent: new Uint8Array(capacity),
  };
  return {
    sheet,
    add: (owner, count, [created, pending, running, closing, finished]) => {
      const line = sheet.size++;
      sheet.account[line] = owner.account;
      sheet.resourceType[line] = owner.resourceType;
      sheet.lifeCycle[line] = owner.lifeCycle;
      sheet.count[line] = count;
      times[0][line] = created;
      times[1][line] = pending;
      times[2][line] = running;
      times[3][line] = closing;
      times[4][line] = finished;
    },
    adopt: (parent) => {
      sheet.parent[sheet.size - 1] = parent;
      sheet.isParent[parent] = 1;
    },
  };
}

/** The step a line's jobs have reached, of those in their life cycle; undefined when they do not exist yet. */
export function stepAt(
  sheet: JobSheet,
  line: number,
  moment: { readonly now: EpochSeconds; readonly lifeCycle: readonly number[] },
): Step | undefined {
  for (let step = 4; step >= 0; step--) {
    if (moment.lifeCycle[step]! >= 0 && moment.now >= sheet.times[step as Step][line]!) return step as Step;
  }
  return undefined;
}
