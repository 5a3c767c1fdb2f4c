import type { SummaryRow } from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import { contentColumnsOf } from '../../domain/row.ts';
import { sha256 } from '../../domain/sha256.ts';
import { columnOf, createDigest, rowGroupsOf } from './columns.ts';

/**
 * What a data file says of itself in its footer. With it a pull knows that a day holds the rows AWS shows without decoding
 * it, and that no byte of the file is other than it was written.
 */
export const digestKeys = {
  /** JSON: each start date with rows, as `[day, rows, digest of the rows without observed_at]`. */
  days: 'backup_ledger.days',
  /** Digest of every byte before the footer. */
  pages: 'backup_ledger.pages_sha256',
  /** Digest of the footer with zeros in the place of this digest. */
  footer: 'backup_ledger.footer_sha256',
} as const;

/** Equal for equal rows in equal order, whenever they were observed. Hexadecimal. */
export function contentDigest(kind: Kind, rows: readonly SummaryRow[]): string {
  const digest = createDigest();
  for (const group of rowGroupsOf(rows))
    for (const name of contentColumnsOf(kind)) digest.add(columnOf(name, group));
  return digest.toString();
}

/** Stands in the footer until its digest is known, and while that is checked. */
export const NO_DIGEST = '0'.repeat(64);

/** The footer with its digest put in. */
export function sealed(footer: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(footer);
  Buffer.from(bytes.buffer).write(sha256(footer), placeOf(bytes), 'latin1');
  return bytes;
}

/** Whether a footer is, bit by bit, the one that was sealed. */
export function isSealed(footer: Uint8Array): boolean {
  const place = placeOf(footer);
  if (place < 0) return false;
  const bytes = Uint8Array.from(footer);
  const digest = Buffer.from(bytes.subarray(place, place + NO_DIGEST.length)).toString('latin1');
  bytes.set(Buffer.from(NO_DIGEST), place);
  return sha256(bytes) === digest;
}

/** Where the digest lies: behind its key, the header of a Thrift field and the length of a text. */
function placeOf(footer: Uint8Array): number {
  const key = Buffer.from(footer.buffer, footer.byteOffset, footer.byteLength).lastIndexOf(digestKeys.footer);
  return key < 0 ? -1 : key + digestKeys.footer.length + 2;
}
