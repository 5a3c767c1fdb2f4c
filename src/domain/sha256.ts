import { createHash } from 'node:crypto';

/** Hexadecimal: what pull records know an object's content by. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
