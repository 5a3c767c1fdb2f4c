import { stringify } from 'csv-stringify/sync';
import type { QueryAnswer } from '../../ports.ts';

/** Rows as RFC 4180 has them, the names first. Null is an empty field, an empty text a quoted one. */
export async function* asCsv({ columns, rows }: QueryAnswer): AsyncIterable<string> {
  yield line(columns.map(({ name }) => name));
  for await (const row of rows) yield line(row);
}

function line(fields: readonly (string | null)[]): string {
  return stringify([[...fields]], { quoted_match: /^$/, record_delimiter: '\n' });
}
