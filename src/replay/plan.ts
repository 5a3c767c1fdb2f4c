import pMap from 'p-map';
import type { Kind, AggregationPeriod } from '../../schemas/kinds.ts';
import type { PullRecord } from '../../schemas/pull-record.ts';
import type { SkippedRaw } from '../../schemas/replay-result.ts';
import { DamagedObjectError, UsageError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import { createKnownHashes, type KnownHashes } from '../ledger/known-hashes.ts';
import { type AnyRecord, isReplay, observedAtOf, parseRecord } from '../ledger/pull-record.ts';
import { surveyLedger, type Surveyed } from '../ledger/survey.ts';
import { linesOf } from '../ledger/records.ts';
import { isReplaySlice, type RecordsKey } from '../ledger/records-key.ts';
import type { PartitionKey } from '../ledger/partition.ts';

/** Objects of records read side by side. */
const RECORD_CONCURRENCY = 32;

/** Which part of a ledger is replayed, and without which pulls. */
export interface ReplayScope {
  readonly kinds: readonly Kind[];
  /** Empty for all there are. */
  readonly regions: readonly string[];
  /** Pulls by their names, or by the key or file name of their raw pages. */
  readonly exclude: readonly string[];
}

/** The partitions of one table in one region: they have nothing to do with any other. */
export interface ReplayUnit {
  readonly table: string;
  readonly region: string;
  readonly kind: Kind;
  readonly aggregationPeriod: AggregationPeriod;
  /** Good pulls, oldest first, the withdrawn ones among them. */
  readonly pulls: readonly PullRecord[];
}

export interface ReplayPlan {
  readonly units: readonly ReplayUnit[];
  readonly skipped: readonly SkippedRaw[];
  /** Names of pulls that are left out, now and for ever. */
  readonly withdrawn: ReadonlySet<string>;
  /** The data objects there are, of any kind. */
  readonly partitions: readonly Surveyed<PartitionKey>[];
  /** Keys of the objects of records, those of replays aside. */
  readonly records: readonly string[];
  /** What the records know of the ledger's content. */
  readonly hashes: KnownHashes;
}

/** Reads the records and finds what is to be replayed. Throws `UsageError` for a pull to exclude that is none. */
export async function planReplay(store: ObjectStore, scope: ReplayScope): Promise<ReplayPlan> {
  const { regions } = await surveyLedger(store);
  const asked = regions.filter(({ region }) => scope.regions.length === 0 || scope.regions.includes(region));
  const hashes = createKnownHashes();
  const earlier = new Set<string>();
  const pulls: PullRecord[] = [];
  const objects = await pMap(
    asked.flatMap(({ records }) => records),
    async (key) => ({ key, object: await store.get(key.key) }),
    { concurrency: RECORD_CONCURRENCY },
  );
  for (const { key, object } of objects) {
    for (const [index, line] of linesOf(object?.bytes ?? new Uint8Array()).entries()) {
      const record = parse(line, { ...key, line: index + 1 });
      for (const known of record.objects) hashes.add(known);
      if (isReplay(record)) for (const name of record.withdrawn) earlier.add(name);
      else if (scope.kinds.includes(record.kind)) pulls.push(record);
    }
  }
  const withdrawn = new Set([...earlier, ...findPulls(pulls, scope.exclude)]);
  const raws = asked.flatMap((region) => region.raws.map(({ key }) => key));
  const records = asked
    .flatMap((region) => region.records)
    .filter(({ slice }) => scope.kinds.some((kind) => slice.startsWith(`${kind}-`)) && !isReplaySlice(slice))
    .map(({ key }) => key);
  return {
    units: unitsOf(pulls),
    skipped: skippedOf(raws, pulls, { withdrawn, scope }),
    withdrawn,
    partitions: asked.flatMap((region) => region.partitions),
    records,
    hashes,
  };
}

/** A record that cannot be read may be that of a good pull: without it rows would be lost. */
function parse(
  line: Uint8Array,
  { key, line: number, ...place }: Surveyed<RecordsKey> & { readonly line: number },
): AnyRecord {
  try {
    return parseRecord(line, place);
  } catch (error) {
    if (!(error instanceof DamagedObjectError)) throw error;
    throw new DamagedObjectError(`${key}, line ${number}: ${error.message}: restore it from a copy first`, {
      cause: error,
    });
  }
}

/** The pulls the given words stand for. */
function findPulls(pulls: readonly PullRecord[], words: readonly string[]): string[] {
  const found = words.map((word) => ({ word, named: pulls.filter((pull) => isNamed(pull, word)) }));
  const problems = found.flatMap(({ word, named }) => {
    if (named.length === 1) return [];
    const got =
      named.length === 0
        ? 'which names none'
        : `which names ${named.length}: ${named.map(({ pull }) => pull).join(', ')}`;
    return [`exclude: expected the name of a pull, or the key of its raw pages, got ${word}, ${got}`];
  });
  if (problems.length > 0) throw new UsageError(problems);
  return found.flatMap(({ named }) => named.map(({ pull }) => pull));
}

function isNamed({ pull, raw }: PullRecord, word: string): boolean {
  return pull === word || raw === word || (raw?.endsWith(`/${word}`) ?? false);
}

function unitsOf(pulls: readonly PullRecord[]): ReplayUnit[] {
  const units = new Map<string, Omit<ReplayUnit, 'pulls'> & { pulls: PullRecord[] }>();
  for (const pull of pulls.filter(({ outcome }) => outcome === 'ok').toSorted(byInstant)) {
    const { table, region, kind, aggregation_period: aggregationPeriod } = pull;
    const name = `${table} ${region}`;
    const unit = units.get(name) ?? { table, region, kind, aggregationPeriod, pulls: [] };
    unit.pulls.push(pull);
    units.set(name, unit);
  }
  return [...units].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, unit]) => unit);
}

function byInstant(a: PullRecord, b: PullRecord): number {
  return observedAtOf(a) - observedAtOf(b) || (a.pull < b.pull ? -1 : 1);
}

function skippedOf(
  raws: readonly string[],
  pulls: readonly PullRecord[],
  { withdrawn, scope }: { readonly withdrawn: ReadonlySet<string>; readonly scope: ReplayScope },
): SkippedRaw[] {
  const owners = new Map(pulls.map((pull) => [pull.raw, pull]));
  return raws
    .filter((raw) => scope.kinds.some((kind) => raw.startsWith(`raw/${kind}/`)))
    .flatMap((raw): SkippedRaw[] => {
      const owner = owners.get(raw);
      if (!owner) return [{ raw, reason: 'no record' }];
      if (owner.outcome !== 'ok') return [{ raw, reason: 'pull failed' }];
      return withdrawn.has(owner.pull) ? [{ raw, reason: 'withdrawn' }] : [];
    });
}
