declare module 'fs-native-extensions' {
  /** Locks the whole file for this descriptor alone. Returns false when another descriptor holds it. */
  export function tryLock(fd: number): boolean;
  export function unlock(fd: number): void;
}
