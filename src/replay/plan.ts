import pMap from 'p-map';
import type { Kind } from '../../schemas/kinds.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import type { SkippedRaw } from '../../schemas/replay-result.ts';
import { DamagedObjectError, UsageError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import { createKnownHashes, type KnownHashes } from '../ledger/known-hashes.ts';
import { type AnyRecord, isReplay, observedAtOf, parseRecord } from '../ledger/pull-record.ts';
import { surveyLedger } from '../ledger/survey.ts';

/** Records are small, and a request each. */
const RECORD_CONCURRENCY = 16;

/** Which part of a ledger is replayed, and without which pulls. */
export interface ReplayScope {
  readonly kinds: readonly Kind[];
  /** Empty for all there are. */
  readonly regions: readonly string[];
  /** Names of pulls: key or file name of their record or raw pages. */
  readonly exclude: readonly string[];
}

/** A pull as its record tells it. */
export interface RecordedPull {
  readonly key: string;
  readonly record: PullRecord;
}

/** The partitions of one table in one region: they have nothing to do with any other. */
export interface ReplayUnit {
  readonly table: string;
  readonly region: string;
  /** Good pulls, oldest first, the withdrawn ones among them. */
  readonly pulls: readonly RecordedPull[];
}

export interface ReplayPlan {
  readonly units: readonly ReplayUnit[];
  readonly skipped: readonly SkippedRaw[];
  /** Keys of records of pulls that are left out, now and for ever. */
  readonly withdrawn: ReadonlySet<string>;
  /** What the records know of the ledger's content. */
  readonly hashes: KnownHashes;
}

/** Reads the records and finds what is to be replayed. Throws `UsageError` for a pull to exclude that is none. */
export async function planReplay(store: ObjectStore, scope: ReplayScope): Promise<ReplayPlan> {
  const { regions } = await surveyLedger(store);
  const asked = regions.filter(({ region }) => scope.regions.length === 0 || scope.regions.includes(region));
  const hashes = createKnownHashes();
  const earlier = new Set<string>();
  const pulls: RecordedPull[] = [];
  await pMap(
    asked.flatMap(({ records }) => records),
    async ({ key }) => {
      const object = await store.get(key);
      if (!object) return;
      const record = parse(key, object.bytes);
      for (const each of record.objects) hashes.add(each, observedAtOf(record));
      if (isReplay(record)) for (const name of record.withdrawn) earlier.add(name);
      else if (scope.kinds.includes(record.kind)) pulls.push({ key, record });
    },
    { concurrency: RECORD_CONCURRENCY },
  );
  const withdrawn = new Set([...earlier, ...findPulls(pulls, scope.exclude)]);
  const raws = asked.flatMap(({ raws: some }) => some.map(({ key }) => key));
  return { units: unitsOf(pulls), skipped: skippedOf(raws, pulls, { withdrawn, scope }), withdrawn, hashes };
}

/** A record that cannot be read may be that of a good pull: without it rows would be lost. */
function parse(key: string, bytes: Uint8Array): AnyRecord {
  try {
    return parseRecord(bytes);
  } catch (error) {
    if (!(error instanceof DamagedObjectError)) throw error;
    throw new DamagedObjectError(`${key}: ${error.message}: restore it from a copy first`, { cause: error });
  }
}

/** Keys of the records the names stand for. */
function findPulls(pulls: readonly RecordedPull[], names: readonly string[]): string[] {
  const found = names.map((name) => ({ name, pulls: pulls.filter((pull) => isNamed(pull, name)) }));
  const problems = found.flatMap(({ name, pulls: some }) => {
    if (some.length === 1) return [];
    const got =
      some.length === 0
        ? 'which names none'
        : `which names ${some.length}: ${some.map(({ key }) => key).join(', ')}`;
    return [`exclude: expected the key or file name of a pull's record or raw pages, got ${name}, ${got}`];
  });
  if (problems.length > 0) throw new UsageError(problems);
  return found.flatMap(({ pulls: some }) => some.map(({ key }) => key));
}

function isNamed({ key, record }: RecordedPull, name: string): boolean {
  return [key, record.raw].some((place) => place !== null && (place === name || place.endsWith(`/${name}`)));
}

function unitsOf(pulls: readonly RecordedPull[]): ReplayUnit[] {
  const units = new Map<string, { table: string; region: string; pulls: RecordedPull[] }>();
  for (const pull of pulls.filter(({ record }) => record.outcome === 'ok').toSorted(byInstant)) {
    const { table, region } = pull.record;
    const name = `${table} ${region}`;
    const unit = units.get(name) ?? { table, region, pulls: [] };
    unit.pulls.push(pull);
    units.set(name, unit);
  }
  return [...units].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, unit]) => unit);
}

function byInstant(a: RecordedPull, b: RecordedPull): number {
  return observedAtOf(a.record) - observedAtOf(b.record) || (a.key < b.key ? -1 : 1);
}

function skippedOf(
  raws: readonly string[],
  pulls: readonly RecordedPull[],
  { withdrawn, scope }: { readonly withdrawn: ReadonlySet<string>; readonly scope: ReplayScope },
): SkippedRaw[] {
  const owners = new Map(pulls.map((pull) => [pull.record.raw, pull]));
  return raws
    .filter((raw) => scope.kinds.some((kind) => raw.startsWith(`raw/${kind}/`)))
    .flatMap((raw): SkippedRaw[] => {
      const owner = owners.get(raw);
      if (!owner) return [{ raw, reason: 'no record' }];
      if (owner.record.outcome !== 'ok') return [{ raw, reason: 'pull failed' }];
      return withdrawn.has(owner.key) ? [{ raw, reason: 'withdrawn' }] : [];
    });
}
