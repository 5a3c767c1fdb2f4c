import { parseEvidencePath } from './calibration.ts';
import { parsePartitionPath, type PartitionKey } from './partition.ts';
import { parseRecordsPath, type RecordsKey } from './records-key.ts';
import { parseRawPath, type RawKey } from './raw-key.ts';
import type { ObjectStore } from '../ports.ts';
import { MANIFEST } from './manifest.ts';
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
  const regions = new Map<string, MutableSurvey>();
  const strangers: string[] = [];
  let hasManifest = false;
  const regionNamed = (region: string) => {
    const found = regions.get(region) ?? { region, partitions: [], records: [], raws: [] };
    regions.set(region, found);
    return found;
  };
  for await (const { key } of store.list('')) {
    const partition = parsePartitionPath(key);
    const record = parseRecordsPath(key);
    const raw = parseRawPath(key);
    // Evidence of how AWS counts is no part of what is kept for ever: nothing is proved by it.
    if (isOwnName(key) || parseEvidencePath(key)) continue;
    if (key === MANIFEST) hasManifest = true;
    else if (partition) regionNamed(partition.region).partitions.push({ key, ...partition });
    else if (record) regionNamed(regionOf(record.slice)).records.push({ key, ...record });
    else if (raw) regionNamed(regionOf(raw.slice)).raws.push({ key, ...raw });
    else strangers.push(key);
  }
  const inOrder = [...regions.values()].toSorted((a, b) => (a.region < b.region ? -1 : 1));
  return { regions: inOrder, hasManifest, strangers };
}

interface MutableSurvey {
  readonly region: string;
  readonly partitions: Surveyed<PartitionKey>[];
  readonly records: Surveyed<RecordsKey>[];
  readonly raws: Surveyed<RawKey>[];
}

/** Slice names have parts of one word around the region: `copy-ONE_DAY-eu-west-1-any`. */
function regionOf(slice: string): string {
  return slice.split('-').slice(2, -1).join('-');
}
