import type { Kind } from '../schemas/kinds.ts';
import { PaginationLoopError, TooManyPagesError } from './errors.ts';
import type { SummarySource } from './ports.ts';
import { extractPage } from './stages/extract.ts';

export interface FollowOptions {
  readonly maxPages: number;
  /** Given each page as AWS sent it, before it is looked at. */
  readonly keep?: ((page: Uint8Array) => Promise<void>) | undefined;
}

/**
 * The summaries of each page from the first to the last. Throws what the source throws, `TooManyPagesError`,
 * `PaginationLoopError`, and `BadDataError` for a page of another shape.
 */
export async function* followPages(
  kind: Kind,
  source: SummarySource,
  { maxPages, keep }: FollowOptions,
): AsyncGenerator<readonly unknown[]> {
  const followed = new Set<string>();
  let token: string | undefined;
  let pages = 0;
  do {
    if (pages === maxPages) throw new TooManyPagesError(maxPages);
    const { bytes, document } = await source.fetchPage(token);
    await keep?.(bytes);
    const { items, nextToken } = extractPage(kind, document);
    pages += 1;
    yield items;
    if (nextToken !== undefined && followed.has(nextToken)) throw new PaginationLoopError(pages);
    if (nextToken !== undefined) followed.add(nextToken);
    token = nextToken;
  } while (token !== undefined);
}
