import { UsageError } from '../errors.ts';
import type { AccountNames } from './report-data.ts';

/** Digits of an account. Spreadsheets drop zeros at its front. */
const DIGITS = 12;

/** White space may be a byte order mark, too. */
const LINE = /^\s*"?(\d{1,12})"?\s*[,;\t]\s*(.*?)\s*$/;

/** Reads lines of `id,name`; a heading may come first. Throws `UsageError` that tells every line that is none. */
export function parseAccountNames(text: string, file: string): AccountNames {
  const names = new Map<string, string>();
  const problems: string[] = [];
  text.split(/\r?\n/).forEach((line, at) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const [, id, name] = LINE.exec(line) ?? [];
    if (id !== undefined && name) names.set(id.padStart(DIGITS, '0'), unquoted(name));
    else if (at > 0 || /\d{12}/.test(line))
      problems.push(
        `account-names: line ${at + 1} of ${file}: expected 12 digits, a comma and a name, got ${JSON.stringify(line)}`,
      );
  });
  if (problems.length === 0 && names.size === 0)
    problems.push(`account-names: expected lines of 12 digits, a comma and a name in ${file}, got none`);
  if (problems.length > 0) throw new UsageError(problems);
  return names;
}

/** A name in quotes may hold commas and doubled quotes; further columns are not for us. */
function unquoted(text: string): string {
  const [, quoted] = /^"((?:[^"]|"")*)"/.exec(text) ?? [];
  return quoted === undefined ? text.replace(/,.*$/, '').trim() : quoted.replaceAll('""', '"');
}
