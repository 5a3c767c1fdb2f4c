import { BadDataError } from '../errors.ts';

export interface ExactJson {
  readonly document: unknown;
  /** Why it must not be used. */
  readonly problem?: BadDataError;
}

/**
 * JSON as it was meant: `JSON.parse` keeps the last of two fields of one name without a word, and rounds numbers before anybody
 * can look at them. A number of more digits than a double holds becomes its text here, and a field that is there twice is a problem.
 * Throws `SyntaxError` for what is not JSON.
 */
export function parseExactJson(text: string): ExactJson {
  const document: unknown = JSON.parse(text);
  const fields = fieldsIn(document);
  return {
    document: LONG_NUMBER.test(text) ? JSON.parse(withLongNumbersAsText(text)) : document,
    ...(!(isPlain(text) && occurrences(text, '":') === fields) &&
      namesIn(text) !== fields && { problem: new BadDataError(TWICE) }),
  };
}

const TWICE = 'an object names a field twice: expected each once, so that no value is lost unseen';

/**
 * Whether a quote before a colon ends every name of a field. It may also begin a value, so that there are never fewer than
 * names; as many as fields means that no name was lost, and the text need not be taken apart.
 */
function isPlain(text: string): boolean {
  return !text.includes('\\"') && !/"\s+:/.test(text);
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}

/** A stack of its own: what is nested 200,000 deep is data, too. */
function fieldsIn(document: unknown): number {
  let count = 0;
  const open: unknown[] = [document];
  for (let value = open.pop(); open.length > 0 || value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
    if (!Array.isArray(value)) count += parts.length;
    for (const part of parts) if (typeof part === 'object' && part !== null) open.push(part);
  }
  return count;
}

/** More than a double is sure to keep: 2^53 has sixteen digits. */
const LONG_NUMBER = /[\d.]{17,}/;
/** How many fields the text names, lost ones among them. */
function namesIn(text: string): number {
  return tokensOf(text).filter((token) => token === ':').length;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[[\]{}:,]|\w+/g;

function tokensOf(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

function withLongNumbersAsText(text: string): string {
  return text.replaceAll(TOKEN, (token) =>
    !token.startsWith('"') && LONG_NUMBER.test(token) ? `"${token}"` : token,
  );
}
