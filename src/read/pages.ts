import { PaginationLoopError, TooManyPagesError } from '../errors.ts';
import type { Page, PageSource } from '../ports.ts';
import { extractPage } from './extract.ts';

export interface FollowOptions {
  readonly maxPages: number;
  /** Given each page as AWS sent it, before it is looked at. */
  readonly keep?: ((page: Uint8Array) => Promise<void>) | undefined;
}

/**
 * What the list of that name has on each page, from the first to the last. Throws what the source throws, `TooManyPagesError`,
 * `PaginationLoopError`, and `BadDataError` for a page of another shape.
 */
export async function* followPages(
  resultList: string,
  source: PageSource,
  { maxPages, keep }: FollowOptions,
): AsyncGenerator<readonly unknown[]> {
  const followed = new Set<string>();
  let pages = 0;

  function follow(token: string): Promise<Page> {
    if (followed.has(token)) return Promise.reject(new PaginationLoopError(pages));
    if (pages === maxPages) return Promise.reject(new TooManyPagesError(maxPages));
    followed.add(token);
    return source.fetchPage(token);
  }

  let coming: Promise<Page> | undefined = source.fetchPage(undefined);
  while (coming) {
    const { bytes, document, problem } = await coming;
    await keep?.(bytes);
    if (problem) throw problem;
    const { items, nextToken } = extractPage(resultList, document);
    pages += 1;
    // Asked for at once: AWS answers while this page is worked on. Its failure is told when it is this one's turn.
    coming = nextToken === undefined ? undefined : follow(nextToken);
    const settled = coming?.catch(() => undefined);
    try {
      yield items;
    } finally {
      // Whoever stops here leaves no request behind.
      await settled;
    }
  }
}
