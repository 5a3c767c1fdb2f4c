import { type Fault, ofName } from '../faults/faults.ts';
import { randomFrom, seedOf, shuffled } from '../world/random.ts';
import type { Items } from '../world/snapshots.ts';
import type { PagedRequest } from './request.ts';
import { type Position, sealToken } from './tokens.ts';

/** A summary, a job, or what a fault made of one. */
type Item = object;

/** One answer as it goes out. */
export interface PageText {
  readonly body: string;
  /** Items in it, repeated ones included. */
  readonly rows: number;
}

export interface PageOptions {
  readonly seed: string;
  readonly request: PagedRequest<Item>;
  readonly position: Position;
  readonly faults: readonly Fault[];
}

/** The page at a position, as faulty as it was told to be. */
export function pageText(all: Items<Item>, options: PageOptions): PageText {
  const { request, faults } = options;
  const empty = ofName(faults, 'empty-page').length > 0;
  const { again, end } = reach(all, options);
  const own = empty ? [] : [...repeatItems(all, options, again), ...all.slice(options.position.offset, end)];
  const items = shapeItems(own, options);
  const next = empty ? options.position.offset : end;
  const token = empty || next < all.length ? nextToken(options, next) : undefined;
  return { body: request.bodyOf(textsOf(items, options).join(','), token), rows: items.length };
}

/** Repeated items take the place of new ones, but each page has at least one new one, else paging would not end. */
function reach(all: Items<Item>, { request, position, faults }: PageOptions): { again: number; end: number } {
  const repeating = [...ofName(faults, 'overlap'), ...ofName(faults, 'conflict-later')];
  const wanted = Math.max(0, ...repeating.map(({ rows = 1 }) => rows));
  const again = Math.min(wanted, request.maxResults - 1, position.offset);
  return { again, end: Math.min(all.length, position.offset + request.maxResults - again) };
}

function repeatItems(all: Items<Item>, { position, faults }: PageOptions, again: number): readonly Item[] {
  const items = all.slice(position.offset - again, position.offset);
  return ofName(faults, 'conflict-later').length > 0 ? items.map(oneMore) : items;
}

function oneMore(item: Item): Item {
  return { ...item, Count: countIn(item) + 1 };
}

function countIn(item: Item): number {
  return 'Count' in item ? Number(item.Count) : 0;
}

function shapeItems(own: readonly Item[], options: PageOptions): readonly Item[] {
  if (options.faults.length === 0) return own;
  const within = ofName(options.faults, 'conflict-within').flatMap(({ rows = 1 }) =>
    own.slice(0, rows).map(oneMore),
  );
  const changed = [...own, ...within].map((item, index) => changeItem(item, index, options.faults));
  if (ofName(options.faults, 'shuffle').length === 0) return changed;
  return shuffled(changed, randomFrom(seedOf(options.seed, 'shuffle', options.position.page)));
}

function changeItem(item: Item, index: number, faults: readonly Fault[]): Item {
  const changed: Record<string, unknown> = { ...item };
  for (const { state = 'TELEPORTED', rows = 1 } of ofName(faults, 'unknown-state')) {
    if (index < rows) changed.State = state;
  }
  for (const { field = 'Shard', value = 'a', rows = 1 } of ofName(faults, 'unknown-field')) {
    if (index < rows) changed[field] = value;
  }
  for (const { by = 1, rows = 1 } of ofName(faults, 'miscount')) {
    if (index < rows) changed.Count = countIn(item) + by;
  }
  for (const { field = 'Count', rows = 1 } of ofName(faults, 'missing-field')) {
    if (index < rows) delete changed[field];
  }
  return changed;
}

function textsOf(items: readonly Item[], { request, position, faults }: PageOptions): readonly string[] {
  const raw = ofName(faults, 'raw');
  const context = { kind: request.kind, region: request.region, page: position.page };
  const injected = raw.map(({ items: own }) => {
    if (typeof own === 'function') return own(context);
    return typeof own === 'string' ? own : own.map((item) => JSON.stringify(item)).join(',');
  });
  const rows = raw.some(({ replace }) => replace) ? [] : items.map((item) => request.textOf(item));
  return [...injected, ...rows].filter((text) => text !== '');
}

function nextToken({ seed, request, position, faults }: PageOptions, offset: number): string {
  if (request.token !== undefined && ofName(faults, 'repeated-token').length > 0) return request.token;
  return sealToken(seed, request.binding, { ...position, offset, page: position.page + 1 });
}
