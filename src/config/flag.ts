import type { Parse } from './values.ts';

/** What a flag is. Which there are: `flags.ts`. */

export interface ValueFlag<T, D> {
  readonly shape: 'value';
  readonly group: string;
  readonly describe: string;
  readonly parse: Parse<T>;
  /** In the notation a user would write; undefined when there is none. */
  readonly default: D;
}

export interface ListFlag<T> {
  readonly shape: 'list';
  readonly group: string;
  readonly describe: string;
  readonly parse: Parse<T>;
  readonly default: string | undefined;
  /** What the word `all` stands for, where it is allowed. */
  readonly all?: readonly T[];
  /** Whether `@path` stands for the items in a file. */
  readonly files?: true;
}

export interface SwitchFlag {
  readonly shape: 'switch';
  readonly group: string;
  readonly describe: string;
}

export type Flag = ValueFlag<unknown, string | undefined> | ListFlag<unknown> | SwitchFlag;

/** The flags of one command, by name. */
export type Flags = Readonly<Record<string, Flag>>;

/** A flag of one value, by what a user may write and what it means then. */
export function value<T, const D extends string | undefined>(
  group: string,
  describe: string,
  parse: Parse<T>,
  fallback: D,
): ValueFlag<T, D> {
  return { shape: 'value', group, describe, parse, default: fallback };
}
