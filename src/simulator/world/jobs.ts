import { type Kind, knownResourceTypes } from '../../../schemas/kinds.ts';
import { traitTableOf, type Step } from './job-traits.ts';
import { between, mix, type Random, randomFrom, seedOf } from './random.ts';

/** All times of jobs are whole seconds since the epoch: nothing changes within a second. */
export type EpochSeconds = number;

export const DAY_SECONDS = 86_400;
/** No job lives longer, so a window needs only the jobs of so many days before it. */
export const MAX_LIFE_DAYS = 3;

export const resourceTypes: readonly string[] = knownResourceTypes;

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
}

export interface JobDraw {
  readonly seed: string;
  readonly region: string;
  readonly kind: Kind;
  /** Days since the epoch. */
  readonly day: number;
  readonly accounts: number;
  /** Rows wanted in one day's finished answer; may be a fraction. */
  readonly rowsPerDay: number;
}

/** The jobs created on one day. Equal draws give equal jobs. */
export function drawJobs(draw: JobDraw): JobSheet {
  const { seed, region, kind, day, accounts, rowsPerDay } = draw;
  const random = randomFrom(seedOf(seed, region, kind, day));
  const first = Math.floor(day * rowsPerDay);
  const slots = Math.floor((day + 1) * rowsPerDay) - first;
  const accountSeed = seedOf(seed);
  const writer = sheetWriter(slots * 2);
  for (let slot = 0; slot < slots; slot++) {
    const account = (first + slot) % accounts;
    const identity = identityOf({ kind, day, own: mix(accountSeed, account) }, Math.floor(slot / accounts));
    if (identity) drawSlot(writer, random, { ...identity, account, dayStart: day * DAY_SECONDS });
  }
  return writer.finish();
}

/** What tells an account's rows of a day apart. */
interface RowIdentity {
  readonly resourceType: number;
  readonly lifeCycle: number;
}

/**
 * The identity of an account's n-th row of a day. No two are the same, so that slots count rows. Each account begins at
 * a resource type of its own; a plain success is followed by one other ending of the same type.
 */
function identityOf(
  { kind, day, own }: { readonly kind: Kind; readonly day: number; readonly own: number },
  nth: number,
): RowIdentity | undefined {
  const lifeCycles = traitTableOf(kind).lifeCycles.length;
  const onlyTrouble = mix(own, day) % 5 === 0 ? 1 : 0;
  const index = nth + onlyTrouble;
  const pair = index >> 1;
  const turn = 2 * Math.floor(pair / resourceTypes.length) + (index & 1);
  if (turn >= lifeCycles) return undefined;
  const resourceType = (own + pair) % resourceTypes.length;
  if (turn === 0) return { resourceType, lifeCycle: 0 };
  return { resourceType, lifeCycle: 1 + ((mix(own, resourceType) + turn - 1) % (lifeCycles - 1)) };
}

interface Slot extends RowIdentity {
  readonly account: number;
  readonly dayStart: EpochSeconds;
}

/**
 * About 93 of 100 jobs succeed. Successes come in dozens, a few of which run at times of their own; other endings come
 * in ones and twos.
 */
function drawSlot(writer: SheetWriter, random: Random, slot: Slot): void {
  if (slot.lifeCycle !== 0) return writer.add(random, slot, between(random, 1, 2));
  const count = between(random, 1, 39);
  const stragglers = count > 3 ? between(random, 1, 3) : 0;
  writer.add(random, slot, count - stragglers);
  if (stragglers > 0) writer.add(random, slot, stragglers);
}

interface SheetWriter {
  add(random: Random, slot: Slot, count: number): void;
  finish(): JobSheet;
}

function sheetWriter(capacity: number): SheetWriter {
  const account = new Uint32Array(capacity);
  const resourceType = new Uint8Array(capacity);
  const lifeCycle = new Uint8Array(capacity);
  const counts = new Uint16Array(capacity);
  const column = () => new Uint32Array(capacity);
  const times = [column(), column(), column(), column(), column()] as const;
  let size = 0;
  return {
    add: (random, slot, count) => {
      account[size] = slot.account;
      resourceType[size] = slot.resourceType;
      lifeCycle[size] = slot.lifeCycle;
      counts[size] = count;
      const created = slot.dayStart + between(random, 0, DAY_SECONDS - 1);
      const running = created + between(random, 30, 600);
      const run = drawRun(random);
      times[0][size] = created;
      times[1][size] = created + ((running - created) >> 1);
      times[2][size] = running;
      times[3][size] = running + run - Math.ceil(run / 20);
      times[4][size] = running + run;
      size++;
    },
    finish: () => ({ size, account, resourceType, lifeCycle, count: counts, times }),
  };
}

/** Seconds a job runs: minutes for most, over midnight for some, more than a day for a few. */
function drawRun(random: Random): number {
  const luck = random();
  if (luck < 0.015) return between(random, 24 * 3600, 60 * 3600);
  if (luck < 0.1) return between(random, 6 * 3600, 16 * 3600);
  return between(random, 60, 2 * 3600);
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
