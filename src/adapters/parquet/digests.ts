import type { SummaryRow } from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import { contentColumnsOf } from '../../domain/row.ts';
import { columnOf, createDigest, rowGroupsOf } from './columns.ts';

/**
 * What a data file says of itself in its footer: with it a pull knows that a file holds the rows AWS shows without
 * decoding it. A file of a writer that says nothing is decoded.
 */
export const digestKeys = {
  /** Digest of the rows, `observed_at` aside. */
  content: 'backup_ledger.content_sha256',
  /** Digest of every byte before the footer: an unchanged file is not read as one when its pages are damaged. */
  pages: 'backup_ledger.pages_sha256',
} as const;

/** Equal for equal rows in equal order, whenever they were observed. Hexadecimal. */
export function contentDigest(kind: Kind, rows: readonly SummaryRow[]): string {
  const digest = createDigest();
  for (const group of rowGroupsOf(rows))
    for (const name of contentColumnsOf(kind)) digest.add(columnOf(name, group));
  return digest.toString();
}
