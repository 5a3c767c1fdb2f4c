/** Files that a ledger in a folder keeps for itself: no objects, also where such a ledger was copied to a bucket as it lay. */

export const LOCK_NAME = '.lock';
/** The file that is being written, to be put in place of an object. */
export const STAGING_NAME = '.staging';

export function isOwnName(key: string): boolean {
  return key === LOCK_NAME || key === STAGING_NAME;
}
