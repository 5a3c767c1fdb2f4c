import type { RequestRecord } from '../../src/simulator/index.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import type { S3Request } from '../fixtures/s3-server.ts';

/**
 * What a request is for, as far as it decides what a fault leads to. `get nothing` asks for an object that is not
 * there; `put` writes by compare and swap, `put once` what is never replaced. Nothing is listed.
 */
export type RequestSort =
  'page' | 'totals' | 'get' | 'get nothing' | 'get record' | 'get no record' | 'put' | 'put once';

/** One request of an undisturbed pull. */
export interface PulledRequest {
  readonly sort: RequestSort;
  /** Tells apart what is asked, such as `GetObject ledger.json` or `page 2`; partitions are written side by side. */
  readonly name: string;
  /** How many requests of this name came before it, and itself. */
  readonly nth: number;
  /** Requests of this name in all. */
  readonly of: number;
}

/** By operation and key, the first that matches. */
const sorts: readonly (readonly [pattern: RegExp, sort: RequestSort])[] = [
  [/^GetObject pulls\//, 'get record'],
  [/^GetObject /, 'get'],
  [/^PutObject raw\//, 'put once'],
  [/^PutObject /, 'put'],
];

/** What it is to ask for an object that is not there. */
const missing: Partial<Record<RequestSort, RequestSort>> = {
  get: 'get nothing',
  'get record': 'get no record',
};

/** @param found keys that have an object before the pull */
export function s3Requests(requests: readonly S3Request[], found: ReadonlySet<string>): PulledRequest[] {
  return counted(requests.map(nameOf), (name) => {
    const sort = sorts.find(([pattern]) => pattern.test(name))?.[1];
    if (!sort) throw new Error(`a request nobody has thought of: ${name}`);
    if (found.has(name.slice('GetObject '.length))) return sort;
    return missing[sort] ?? sort;
  });
}

export function backupRequests(requests: readonly RequestRecord[]): PulledRequest[] {
  return counted(requests.map(backupNameOf), (name) => (name.startsWith('page') ? 'page' : 'totals'));
}

/** A ledger's root is the first folder of its bucket. */
export function nameOf({ operation, key, query }: S3Request): string {
  const asked = key === '' ? `${query['prefix']} after ${query['start-after']}` : key;
  return `${operation} ${asked.replaceAll(/(^| )[^/ ]+\//g, '$1')}`;
}

function backupNameOf({ page, parameters }: RequestRecord): string {
  return `${Object.values(parameters).includes('AGGREGATE_ALL') ? 'totals' : 'page'} ${page}`;
}

function counted(names: readonly string[], sortOf: (name: string) => RequestSort): PulledRequest[] {
  return [...groupBy(names, (name) => name)].flatMap(([name, all]) =>
    all.map((_, index) => ({ sort: sortOf(name), name, nth: index + 1, of: all.length })),
  );
}
