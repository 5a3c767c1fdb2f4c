import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the cases each law asks for, as the configuration of the suite says. */
    readonly shareOfCases: number;
  }
}

/** How many cases a law is tried with here, of those it asks for: all of them in the slow suite. */
export function cases(all: number): number {
  return Math.ceil(all * inject('shareOfCases'));
}
