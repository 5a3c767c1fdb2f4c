import { show } from '../domain/show.ts';
import { BadDataError } from '../errors.ts';

export interface ExtractedPage {
  readonly items: readonly unknown[];
  /** Absent on the last page. */
  readonly nextToken: string | undefined;
}

/**
 * Takes the list that bears a name, and the token, out of a page. An absent list is an empty one, an absent or empty token
 * is the end. Throws `BadDataError` for a document of another shape.
 */
export function extractPage(resultList: string, document: unknown): ExtractedPage {
  if (!isRecord(document)) throw unexpected('the answer', 'an object', document);
  const items = document[resultList] ?? [];
  if (!Array.isArray(items)) throw unexpected(resultList, 'a list', items);
  const token = document['NextToken'] ?? undefined;
  if (token !== undefined && typeof token !== 'string') throw unexpected('NextToken', 'a string', token);
  if (token !== undefined && !token.isWellFormed())
    throw unexpected('NextToken', 'well-formed Unicode', token);
  return { items, nextToken: token === '' ? undefined : token };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unexpected(path: string, expected: string, got: unknown): BadDataError {
  return new BadDataError(`${path}: expected ${expected}, got ${show(got)}`);
}
