/** A pull that is under way, or was killed, is given so long, in milliseconds, to be completed. */
export const GRACE_MS = 2 * 3_600_000;
