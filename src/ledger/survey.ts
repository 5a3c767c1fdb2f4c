import pMap from 'p-map';
import type { Month } from '../domain/day.ts';
import { parseEvidencePath } from './calibration.ts';
import { parsePartitionPath, type PartitionKey } from './partition.ts';
import { parseRecordsPath, PULLS, type RecordsKey } from './records-key.ts';
import { parseRawPath, RAW, type RawKey } from './raw-key.ts';
import type { ObjectStore } from '../ports.ts';
import { MANIFEST, type Manifest } from './manifest.ts';
import { isOwnName } from '../domain/own-files.ts';

/** Keys of one region's objects. */
export interface RegionSurvey {
  readonly region: string;
  readonly partitions: readonly Surveyed<PartitionKey>[];
  readonly records: readonly Surveyed<RecordsKey>[];
  readonly raws: readonly Surveyed<RawKey>[];
}

/** A key and what it says. */
export type Surveyed<T> = T & { readonly key: string };

export interface Survey {
  /** In the order of their names. */
  readonly regions: readonly RegionSurvey[];
  readonly hasManifest: boolean;
  /** Keys that name nothing a ledger has. */
  readonly strangers: readonly string[];
}

/** What lies in a ledger, by its keys alone. Regions have nothing to do with each other. */
export async function surveyLedger(store: ObjectStore): Promise<Survey> {
  const sorter = createSorter();
  for await (const { key } of store.list('')) sorter.add(key);
  return sorter.survey();
}

/** Listings that run side by side. */
const LISTING_CONCURRENCY = 16;

/**
 * The same of the months from one on, at a cost that does not grow with the ledger: data objects of the tables its manifest
 * names, records, and raw pages of the slices that have records in those months.
 */
export async function surveySince(store: ObjectStore, { tables }: Manifest, month: Month): Promise<Survey> {
  const sorter = createSorter();
  const read = async (prefix: string, startAfter: string): Promise<readonly string[]> => {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix, { startAfter: `${prefix}${startAfter}` })) keys.push(key);
    keys.forEach(sorter.add);
    return keys;
  };
  const records = await read(PULLS, `pull_month=${month}`);
  const slices = new Set(records.flatMap((key) => parseRecordsPath(key)?.slice ?? []));
  const folders = [
    ...Object.entries(tables).map(([table, { aggregation_period: period }]) => ({
      prefix: `${table}/aggregation_period=${period}/`,
      startAfter: `start_month=${month}`,
    })),
    ...[...slices].map((slice) => ({
      prefix: `${RAW}${partsOf(slice).join('/')}/`,
      startAfter: month.replace('-', ''),
    })),
  ];
  await pMap(folders, ({ prefix, startAfter }) => read(prefix, startAfter), {
    concurrency: LISTING_CONCURRENCY,
  });
  sorter.add(MANIFEST);
  return sorter.survey();
}

interface Sorter {
  readonly add: (key: string) => void;
  readonly survey: () => Survey;
}

function createSorter(): Sorter {
  const regions = new Map<string, MutableSurvey>();
  const strangers: string[] = [];
  let hasManifest = false;
  const regionNamed = (region: string) => {
    const found = regions.get(region) ?? { region, partitions: [], records: [], raws: [] };
    regions.set(region, found);
    return found;
  };
  return {
    add: (key) => {
      const partition = parsePartitionPath(key);
      const record = parseRecordsPath(key);
      const raw = parseRawPath(key);
      // Evidence of how AWS counts is no part of what is kept for ever: nothing is proved by it.
      if (isOwnName(key) || parseEvidencePath(key)) return;
      if (key === MANIFEST) hasManifest = true;
      else if (partition) regionNamed(partition.region).partitions.push({ key, ...partition });
      else if (record) regionNamed(regionOf(record.slice)).records.push({ key, ...record });
      else if (raw) regionNamed(regionOf(raw.slice)).raws.push({ key, ...raw });
      else strangers.push(key);
    },
    survey: () => {
      const inOrder = [...regions.values()].toSorted((a, b) => (a.region < b.region ? -1 : 1));
      return { regions: inOrder, hasManifest, strangers };
    },
  };
}

interface MutableSurvey {
  readonly region: string;
  readonly partitions: Surveyed<PartitionKey>[];
  readonly records: Surveyed<RecordsKey>[];
  readonly raws: Surveyed<RawKey>[];
}

function regionOf(slice: string): string {
  return partsOf(slice)[2] ?? '';
}

/** Kind, period, region and scope. Slice names have parts of one word around the region: `copy-ONE_DAY-eu-west-1-any`. */
function partsOf(slice: string): string[] {
  const [kind = '', period = '', ...rest] = slice.split('-');
  return [kind, period, rest.slice(0, -1).join('-'), rest.at(-1) ?? ''];
}
