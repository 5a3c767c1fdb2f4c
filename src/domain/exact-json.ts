import { BadDataError } from '../errors.ts';

export interface ExactJson {
  readonly document: unknown;
  /** Why it must not be used. */
  readonly problem?: BadDataError;
}

/**
 * JSON as it was meant: `JSON.parse` keeps the last of two fields of one name without a word, and rounds numbers before anybody
 * can look at them. A number of more digits than a double holds becomes its text here, and a field that is there twice is a
 * problem. Throws `SyntaxError` for what is not JSON.
 */
export function parseExactJson(text: string): ExactJson {
  const document: unknown = JSON.parse(text);
  const { fields, hasLongNumbers } = survey(text);
  return {
    document: hasLongNumbers ? JSON.parse(withLongNumbersAsText(text)) : document,
    ...(fields !== fieldsIn(document) && { problem: new BadDataError(TWICE) }),
  };
}

const TWICE = 'an object names a field twice: expected each once, so that no value is lost unseen';

/** Digits a double is sure to keep: 2^53 has sixteen. */
const MAX_DIGITS = 16;

const QUOTE = 0x22;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;

/** What stands outside the strings of a valid document: its colons, one for each field, and whether a number is too long. */
function survey(text: string): { readonly fields: number; readonly hasLongNumbers: boolean } {
  let fields = 0;
  let digits = 0;
  let hasLongNumbers = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    const isDigit = (character >= ZERO && character <= NINE) || character === DOT;
    digits = isDigit ? digits + 1 : 0;
    if (digits > MAX_DIGITS) hasLongNumbers = true;
    if (character === COLON) fields += 1;
    if (character === QUOTE) at = endOfString(text, at + 1);
  }
  return { fields, hasLongNumbers };
}

/** Where the string ends that begins at `from`: at the first quote that no backslash escapes. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); ; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text[first - 1] === '\\') first -= 1;
    if ((at - first) % 2 === 0) return at;
  }
}

/** The stack is a list: what is nested 200,000 deep is data, too. */
function fieldsIn(document: unknown): number {
  let count = 0;
  const open: object[] = [];
  const add = (value: unknown) => {
    if (typeof value === 'object' && value !== null) open.push(value);
  };
  add(document);
  for (let value = open.pop(); value; value = open.pop()) {
    if (Array.isArray(value)) value.forEach(add);
    else
      for (const name in value) {
        count += 1;
        add((value as Readonly<Record<string, unknown>>)[name]);
      }
  }
  return count;
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

function withLongNumbersAsText(text: string): string {
  return text.replaceAll(STRING_OR_NUMBER, (token) =>
    !token.startsWith('"') && survey(token).hasLongNumbers ? `"${token}"` : token,
  );
}
