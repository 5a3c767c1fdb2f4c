import type { EpochMs } from '../../schemas/columns.ts';
import { type PullRecord, REPLAY_SCOPE } from '../../schemas/pull-record.ts';
import { addMonths, type Month } from '../domain/day.ts';
import { type Slice, sliceName } from '../domain/slice.ts';
import { WrongClockError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import { type AnyRecord, isReplay, observedAtOf, parseRecord } from './pull-record.ts';
import { parsePullName, recordMonth, recordsPath } from './records-key.ts';
import { linesOf, monthsBack } from './records.ts';

/** What the last good pull of a slice left on record. */
export interface EarlierPull {
  /** Its name. */
  readonly pull: string;
  readonly observedAt: EpochMs;
  readonly accounts: number;
  readonly pages: number;
  /** Those it saw; undefined where only a later record tells of it. */
  readonly messageCategories?: readonly string[];
}

/** Where a ledger's records begin, and what time it is. */
export interface History {
  /** Month of the ledger's first pull. */
  readonly firstMonth: Month;
  readonly now: EpochMs;
}

/** A clock this far ahead of ours, in milliseconds, is wrong, or ours is. */
export const MAX_AHEAD_MS = 5 * 60_000;

/**
 * The newest good pull of a slice that saw any rows; where none ever did, the newest good one. It asks for the slice's own
 * objects, this month's first and mostly only; nothing is listed. A record that cannot be read says nothing: `verify` is who
 * complains. A record from the future says nothing either; `newerPull` complains.
 */
export async function lastGoodPull(
  store: ObjectStore,
  history: History,
  slice: Slice,
): Promise<EarlierPull | undefined> {
  const from = recordMonth(history.now + MAX_AHEAD_MS);
  for await (const { month, lines } of monthsBack(store, recordsIn(slice, history), from)) {
    const records = ownRecords({ slice, month }, lines);
    const good = records.findLast((record) => record.outcome === 'ok' && !isAhead(record, history));
    if (good) return earlierPull(good);
    // A pull that failed knows of the last good one: what lies before that need not be read.
    const known = parsePullName(records.at(-1)?.last_good_pull ?? '');
    if (records.length > 0 && (!known || month <= recordMonth(known.instant))) return undefined;
  }
  return undefined;
}

/**
 * The newest good pull of the slice if it began after the given instant. Throws `WrongClockError` for a record from the future
 * that no replay has withdrawn.
 */
export async function newerPull(
  store: ObjectStore,
  history: History,
  { slice, observedAt }: { readonly slice: Slice; readonly observedAt: EpochMs },
): Promise<EarlierPull | undefined> {
  const last = recordMonth(history.now + MAX_AHEAD_MS);
  for (let month = last; month >= recordMonth(observedAt); month = addMonths(month, -1)) {
    const stored = await store.get(recordsPath({ slice: sliceName(slice), month }));
    const records = stored ? ownRecords({ slice, month }, linesOf(stored.bytes)) : [];
    await assertNoneAhead(store, history, records);
    const newest = records.findLast((record) => record.outcome === 'ok' && !isAhead(record, history));
    if (newest && observedAtOf(newest) > observedAt) return earlierPull(newest);
  }
  return undefined;
}

function recordsIn(slice: Slice, { firstMonth }: History) {
  return { slice: sliceName(slice), firstMonth };
}

/** Records of pulls into the slice's own table, by when they began: rows of other grains may be pulled under the same name. */
function ownRecords(
  { slice, month }: { readonly slice: Slice; readonly month: Month },
  lines: readonly Uint8Array[],
): PullRecord[] {
  return lines
    .flatMap((line) => readable(line, { slice: sliceName(slice), month }))
    .filter((record): record is PullRecord => !isReplay(record) && record.table === slice.table)
    .toSorted((a, b) => observedAtOf(a) - observedAtOf(b));
}

function readable(line: Uint8Array, key: Parameters<typeof parseRecord>[1]): AnyRecord[] {
  try {
    return [parseRecord(line, key)];
  } catch {
    return [];
  }
}

/** A pull that saw no rows names the last one that saw any, and how many accounts that was. */
function earlierPull(record: PullRecord): EarlierPull {
  const { pull, pages, kept, accounts, last_good_pull: before, accounts_before } = record;
  const { message_categories: messageCategories } = record;
  const instant = kept === 0 && before !== null ? parsePullName(before)?.instant : undefined;
  if (before === null || instant === undefined)
    return { pull, observedAt: observedAtOf(record), accounts, pages, messageCategories };
  return { pull: before, observedAt: instant, accounts: accounts_before ?? 0, pages };
}

function isAhead(record: PullRecord, { now }: History): boolean {
  return observedAtOf(record) > now + MAX_AHEAD_MS;
}

async function assertNoneAhead(
  store: ObjectStore,
  history: History,
  records: readonly PullRecord[],
): Promise<void> {
  const ahead = records.filter((record) => isAhead(record, history));
  if (ahead.length === 0) return;
  const withdrawn = await withdrawnPulls(store, history, records);
  const wrong = ahead.find(({ pull }) => !withdrawn.has(pull));
  if (wrong) throw new WrongClockError(`pull ${wrong.pull} is on record as begun later`, history.now);
}

/** Names of the slice's pulls that replays have withdrawn. */
async function withdrawnPulls(
  store: ObjectStore,
  { now, firstMonth }: History,
  [record]: readonly PullRecord[],
): Promise<ReadonlySet<string>> {
  const withdrawn = new Set<string>();
  if (!record) return withdrawn;
  const slice = sliceName({ ...record, aggregationPeriod: record.aggregation_period, scope: REPLAY_SCOPE });
  for await (const { month, lines } of monthsBack(store, { slice, firstMonth }, recordMonth(now)))
    for (const found of lines.flatMap((line) => readable(line, { slice, month })))
      if (isReplay(found)) for (const name of found.withdrawn) withdrawn.add(name);
  return withdrawn;
}
