import type { Kind } from '../../../schemas/kinds.ts';
import { addComposites, MAX_CHILDREN } from './composites.ts';
import {
  createSheet,
  DAY_SECONDS,
  type EpochSeconds,
  type JobDraw,
  type JobSheet,
  resourceTypes,
  type SheetWriter,
} from './job-sheet.ts';
import { traitTableOf } from './job-traits.ts';
import { between, mix, type Random, randomFrom, seedOf } from './random.ts';

/** The jobs created on one day. Equal draws give equal jobs. */
export function drawJobs(draw: JobDraw): JobSheet {
  const { seed, region, kind, day, accounts, rowsPerDay } = draw;
  const random = randomFrom(seedOf(seed, region, kind, day));
  const first = Math.floor(day * rowsPerDay);
  const slots = Math.floor((day + 1) * rowsPerDay) - first;
  const accountSeed = seedOf(seed);
  const writer = createSheet(slots * 2 * (1 + (draw.composites > 0 ? MAX_CHILDREN : 0)));
  for (let slot = 0; slot < slots; slot++) {
    const account = (first + slot) % accounts;
    const identity = identityOf({ kind, day, own: mix(accountSeed, account) }, Math.floor(slot / accounts));
    if (identity) drawSlot(writer, random, { ...identity, account, dayStart: day * DAY_SECONDS });
  }
  addComposites(writer, draw);
  return writer.sheet;
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
  if (slot.lifeCycle !== 0) return drawLine(writer, random, slot, between(random, 1, 2));
  const count = between(random, 1, 39);
  const stragglers = count > 3 ? between(random, 1, 3) : 0;
  drawLine(writer, random, slot, count - stragglers);
  if (stragglers > 0) drawLine(writer, random, slot, stragglers);
}

/** Runs a million times: what it makes is as little as can be. */
function drawLine(writer: SheetWriter, random: Random, slot: Slot, count: number): void {
  const created = slot.dayStart + between(random, 0, DAY_SECONDS - 1);
  const running = created + between(random, 30, 600);
  const run = drawRun(random);
  const closing = running + run - Math.ceil(run / 20);
  const times = [created, created + ((running - created) >> 1), running, closing, running + run] as const;
  writer.add(slot, count, times);
}

/** Seconds a job runs: minutes for most, over midnight for some, more than a day for a few. */
function drawRun(random: Random): number {
  const luck = random();
  if (luck < 0.015) return between(random, 24 * 3600, 60 * 3600);
  if (luck < 0.1) return between(random, 6 * 3600, 16 * 3600);
  return between(random, 60, 2 * 3600);
}
