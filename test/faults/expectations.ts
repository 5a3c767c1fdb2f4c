import type { FaultKindName } from './fault-kinds.ts';
import type { PulledRequest, RequestSort } from './requests.ts';

/** Tries of one request in this suite: `--max-attempts`. */
export const TRIES = 3;
/** Tries of a compare and swap that others win. */
export const RACES = 20;

/** The fault strikes the one request, or it and every later one of the same name. */
export const lastings = ['once', 'always'] as const;
export type Lasting = (typeof lastings)[number];

export interface Expected {
  readonly exit: 0 | 75 | 78;
  /** Requests the fault strikes, which is how often the request was tried; undefined: as often as it was rehearsed. */
  readonly strikes: number | undefined;
  /** Who is told to act, when somebody is. */
  readonly recovery: 'retry-later' | 'fix-config' | undefined;
  /** Other writers seem to come first: the message says so, whatever the fault was. */
  readonly race?: true;
  /** What becomes of the comparison with AWS's own totals. */
  readonly totals: 'matched' | 'unavailable';
}

type Reaction = Readonly<Record<Lasting, Expected>>;

const fine: Expected = { exit: 0, strikes: 1, recovery: undefined, totals: 'matched' };
const laterOn: Expected = { ...fine, exit: 75, strikes: TRIES, recovery: 'retry-later' };
const operator: Expected = { ...fine, exit: 78, recovery: 'fix-config' };
const withoutTotals: Expected = { ...fine, totals: 'unavailable' };

/** Tried again, so often and no more. */
const again: Reaction = { once: fine, always: laterOn };
/** Not tried again: a person is asked. */
const stop: Reaction = { once: operator, always: operator };
/** Read again, merged again. */
const race: Reaction = { once: fine, always: { ...laterOn, strikes: RACES, race: true } };
/** Written under the name of the next millisecond. */
const next: Reaction = { once: fine, always: fine };
/** Taken at its word: nothing comes before, until a record cannot be added because there is one. */
const added: Reaction = { once: fine, always: { ...laterOn, strikes: undefined, race: true } };
/** Taken at its word, and nothing is lost by it. */
const none: Reaction = { once: fine, always: { ...fine, strikes: undefined } };
/** AWS's totals are tried for as any page, and done without. */
const tried: Reaction = { once: fine, always: { ...withoutTotals, strikes: TRIES } };
/** AWS's totals are asked for in other words, and done without. */
const ask2: Reaction = { once: fine, always: { ...withoutTotals, strikes: 2 } };
/** Cannot happen. */
const na = undefined;

const columns = [
  'page',
  'totals',
  'get',
  'get nothing',
  'get record',
  'get no record',
  'put',
  'put once',
] as const satisfies readonly RequestSort[];

type Row<Columns extends readonly unknown[]> = { readonly [I in keyof Columns]: Reaction | undefined };

// prettier-ignore
const table = {
  //                     page        totals      get         nothing     record      none        put         put once
  '500':                [again,      tried,      again,      again,      again,      again,      again,      again],
  '503':                [again,      tried,      again,      again,      again,      again,      again,      again],
  'throttled':          [again,      tried,      na,         na,         na,         na,         na,         na],
  '403':                [stop,       ask2,       stop,       stop,       stop,       stop,       stop,       stop],
  '404':                [stop,       ask2,       race,       none,       added,      none,       race,       next],
  'no bucket':          [na,         na,         stop,       stop,       stop,       stop,       stop,       stop],
  '409':                [stop,       ask2,       stop,       stop,       stop,       stop,       race,       next],
  '412':                [stop,       ask2,       stop,       stop,       stop,       stop,       race,       next],
  'reset':              [again,      tried,      again,      again,      again,      again,      again,      again],
  'timeout':            [again,      tried,      again,      again,      again,      again,      again,      again],
  'broken off':         [again,      tried,      again,      again,      again,      again,      na,         na],
  'done, then 500':     [na,         na,         na,         na,         na,         na,         again,      again],
  'done, then 503':     [na,         na,         na,         na,         na,         na,         again,      again],
  'done, then reset':   [na,         na,         na,         na,         na,         na,         again,      again],
  'done, then timeout': [na,         na,         na,         na,         na,         na,         again,      again],
} as const satisfies Record<FaultKindName, Row<typeof columns>>;

/** What a fault at a request of a sort leads to; undefined when it cannot happen there. */
export function reactionTo(kind: FaultKindName, sort: RequestSort): Reaction | undefined {
  return table[kind][columns.indexOf(sort)];
}

/**
 * How often the fault strikes. Of a pull's looks at its records the second one, for a newer pull, is followed by the record
 * of its own failure, which looks again; the last one is run again with each lost race.
 */
export function strikesAt({ sort, nth, of }: PulledRequest, lasting: Lasting, expected: Expected): number {
  const { strikes, exit } = expected;
  if (strikes === undefined) return of - nth + (expected.race ? RACES : 1);
  const isLookForNewer = sort.endsWith('record') && nth === 2;
  return isLookForNewer && exit !== 0 && lasting === 'always' ? 2 * strikes : strikes;
}
