import type { Kind } from '../../../schemas/kinds.ts';

/** What a request asks for: summaries one by one, summed up, or jobs. */
export type RequestSubject = 'rows' | 'sums' | 'jobs';

/** Which requests a fault happens to. A fault that names nothing happens to all of them. */
export interface FaultScope {
  /** Share of the matching requests, 0 to 1, drawn from the seed by region and kind. Default: 1. */
  readonly share?: number;
  /** Default: every region. */
  readonly region?: string;
  /** Default: every kind. */
  readonly kind?: Kind;
  /** Only this page of a paging sequence, counted from 1. Default: every page. */
  readonly page?: number;
  /** Only the next so many matching requests. Default: no limit; for `expired-token` 1. */
  readonly times?: number;
  /**
   * Requests for rows, for sums (with `AGGREGATE_ALL` on a dimension), for both of these, or for lists of jobs. Default:
   * rows for the faults that change what a good answer says, every request for all others.
   */
  readonly of?: RequestSubject | 'both';
}

/** What a function that makes `raw` rows is given. */
export interface PageContext {
  readonly kind: Kind;
  readonly region: string;
  readonly page: number;
}

/** What goes wrong. At most one error or broken transfer happens to a request: the first that matches. */
export type FaultEffect =
  /** ThrottlingException 400, with a `Retry-After` header if given. */
  | { readonly fault: 'throttling'; readonly retryAfterSeconds?: number }
  /** Token bucket per region: `perSecond` requests, at most `burst` at once (default `perSecond`), else ThrottlingException. */
  | { readonly fault: 'rate-limit'; readonly perSecond: number; readonly burst?: number }
  /** ServiceUnavailableException, status 500 (default) or 503. */
  | { readonly fault: 'unavailable'; readonly status?: 500 | 503 }
  /** AccessDeniedException 403. */
  | { readonly fault: 'access-denied' }
  /** UnrecognizedClientException 403. */
  | { readonly fault: 'unrecognized-client' }
  /** InvalidParameterValueException on a request that carries a token; others are left alone. */
  | { readonly fault: 'expired-token' }
  /** Any other error of AWS: its HTTP status, 400 to 599, and its name (default `UnexpectedException`). */
  | { readonly fault: 'error'; readonly status: number; readonly code?: string }
  /** A web page instead of JSON, status 200 (default) or 503. */
  | { readonly fault: 'html'; readonly status?: 200 | 503 }
  /** The connection is reset before any answer. */
  | { readonly fault: 'reset' }
  /** Content-Length promises the whole body, half of it comes, then the connection ends. */
  | { readonly fault: 'truncated-body' }
  /** Half of the JSON text, with the right Content-Length. */
  | { readonly fault: 'truncated-json' }
  /** No answer, ever. */
  | { readonly fault: 'hang' }
  /** Headers and half of the body, then nothing. */
  | { readonly fault: 'stall' }
  /** The answer comes so many milliseconds later. */
  | { readonly fault: 'delay'; readonly ms: number }
  /** From page two on the answer's NextToken is the one it was asked with. */
  | { readonly fault: 'repeated-token' }
  /** The page begins with the last `rows` (default 1) of the page before. Page one is left alone. */
  | { readonly fault: 'overlap'; readonly rows?: number }
  /** As `overlap`, but each count is one higher than before. */
  | { readonly fault: 'conflict-later'; readonly rows?: number }
  /** The page's first `rows` (default 1) are repeated at its end, with a count one higher. */
  | { readonly fault: 'conflict-within'; readonly rows?: number }
  /** The page's first `rows` (default 1) have a count so many higher (default 1). */
  | { readonly fault: 'miscount'; readonly by?: number; readonly rows?: number }
  /** The page's rows in another order. */
  | { readonly fault: 'shuffle' }
  /** A page without rows, whose token leads to the rows this page should have had. */
  | { readonly fault: 'empty-page' }
  /** The first `rows` (default 1) have this state (default `TELEPORTED`). */
  | { readonly fault: 'unknown-state'; readonly state?: string; readonly rows?: number }
  /** The first `rows` (default 1) lack this field (default `Count`). */
  | { readonly fault: 'missing-field'; readonly field?: string; readonly rows?: number }
  /** The first `rows` (default 1) have this field (default `Shard`) with this value (default `a`). */
  | {
      readonly fault: 'unknown-field';
      readonly field?: string;
      readonly value?: unknown;
      readonly rows?: number;
    }
  /**
   * Rows of your own before the page's own, or instead of them with `replace`. Text is put into the list verbatim
   * (`{"Count":NaN},{"Count":9007199254740993}`), so that it need not even be JSON.
   */
  | {
      readonly fault: 'raw';
      readonly items: string | readonly unknown[] | ((page: PageContext) => string);
      readonly replace?: boolean;
    };

export type Fault = FaultScope & FaultEffect;
export type FaultName = FaultEffect['fault'];

/** Faults of one name. */
export type FaultOf<N extends FaultName> = Extract<Fault, { readonly fault: N }>;

/** The faults that change what a good answer says, or when it comes. All others replace or break it. */
const shaping: ReadonlySet<FaultName> = new Set([
  'delay',
  'repeated-token',
  'overlap',
  'conflict-later',
  'conflict-within',
  'miscount',
  'shuffle',
  'empty-page',
  'unknown-state',
  'missing-field',
  'unknown-field',
  'raw',
] satisfies FaultName[]);

export function isBreaking(fault: Fault): boolean {
  return !shaping.has(fault.fault);
}

/** Whether a fault happens to requests such as this one. */
export function concerns(fault: Fault, { subject }: { readonly subject: RequestSubject }): boolean {
  if (fault.of === undefined) return isBreaking(fault) || fault.fault === 'delay' || subject === 'rows';
  return fault.of === subject || (fault.of === 'both' && subject !== 'jobs');
}

/** The faults of one name, in order. */
export function ofName<N extends FaultName>(faults: readonly Fault[], name: N): FaultOf<N>[] {
  return faults.filter((fault): fault is FaultOf<N> => fault.fault === name);
}
