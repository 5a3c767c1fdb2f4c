import type { EpochMs } from '../../../schemas/columns.ts';
import { GIVE_CREDENTIALS, LedgerError } from '../../errors.ts';
import {
  clockCorrected,
  namesByVerdict,
  transient,
  statusRanges,
  unknown,
  type Verdict,
} from './error-table.ts';
import { redactedMessage } from './redact.ts';

/** An answer broke off or is not what its protocol allows: another try may bring it whole. */
export class BrokenTransferError extends Error {
  override readonly name = 'BrokenTransferError';
}

export interface Classification extends Verdict {
  /** AWS's error name, or Node's error code or class. */
  readonly name: string;
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** The wait the answer asked for, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What an answer calls its error may be anything. */
const verdictByName: ReadonlyMap<unknown, Verdict> = new Map(
  namesByVerdict.flatMap(([verdict, names]) => names.map((name) => [name, verdict])),
);

/**
 * What to do about an error thrown by an AWS client. The name decides, then Node's error code, then the HTTP status,
 * then whatever caused it; an error nobody knows stops as a bug.
 *
 * @param now the present, needed to understand a `Retry-After` given as a date.
 */
export function classifyAwsError(error: unknown, now?: EpochMs): Classification {
  const status = statusOf(error);
  const retryAfterMs = retryAfterOf(error, now);
  return {
    ...verdictOn(error),
    name: nameOf(error),
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Behind a company's proxy, most often. */
const CERTIFICATES = '. If a certificate authority of your own signs here, name its file in AWS_CA_BUNDLE';

/** In one line, fit for logs: `ThrottlingException (400): Rate exceeded`. */
export function describeAwsError(error: unknown): string {
  const { name, status } = classifyAwsError(error);
  const said = redactedMessage(error);
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') return noCredentials(said);
  const hint = /CERT|^UNABLE_TO_/.test(name) ? CERTIFICATES : '';
  // Node begins with the name.
  if (said.startsWith(`${name}:`)) return `${said}${hint}`;
  return `${name}${status === undefined ? '' : ` (${status})`}: ${said}${hint}`;
}

/** What the SDK says of one source, such as a session that is over, helps; that no source had any does not. */
function noCredentials(said: string): string {
  const why = said.startsWith('Could not load credentials from any providers') ? '' : ` (${said})`;
  return `no AWS credentials were found${why}: ${GIVE_CREDENTIALS}`;
}

/** Causes are followed so far, lest a cycle never ends. */
const MAX_CAUSES = 8;

function verdictOn(error: unknown, depth = 0): Verdict {
  if (error instanceof LedgerError) return { action: 'stop', recovery: error.recovery };
  const { name, code, cause } = fieldsOf(error);
  if (fieldsOf(fieldsOf(error)['$metadata'])['clockSkewCorrected'] === true) return clockCorrected;
  const known = verdictByName.get(name) ?? verdictByName.get(code) ?? verdictOnHttp(code);
  const verdict = known ?? verdictOnStatus(error) ?? (isUnreadable(error) ? transient : undefined);
  if (verdict) return verdict;
  return cause === undefined || depth >= MAX_CAUSES ? unknown : verdictOn(cause, depth + 1);
}

/** Node's parser of HTTP could not make sense of the answer: `HPE_INVALID_HEADER_TOKEN`. */
function verdictOnHttp(code: unknown): Verdict | undefined {
  return typeof code === 'string' && code.startsWith('HPE_') ? transient : undefined;
}

function verdictOnStatus(error: unknown): Verdict | undefined {
  const status = statusOf(error);
  if (status === undefined) return undefined;
  return statusRanges.find(([from, to]) => from <= status && status <= to)?.[2];
}

/** A successful answer that is not what it should be: cut short, or of something on the way. The SDK throws what it likes then. */
function isUnreadable(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return status >= 200 && status < 300;
  // What the SDK itself throws when it asks for credentials on the way.
  return /^Invalid response from (?:STS|SSO)/.test(redactedMessage(error));
}

function statusOf(error: unknown): number | undefined {
  const status = fieldsOf(fieldsOf(error)['$metadata'])['httpStatusCode'];
  return typeof status === 'number' ? status : undefined;
}

function nameOf(error: unknown): string {
  const { name, code } = fieldsOf(error);
  // The SDK calls a connection that was reset, too, a TimeoutError; Node's code says which it was.
  const vague = name === 'Error' || name === 'TimeoutError';
  const names = [vague ? undefined : name, code, name];
  return names.find((known) => typeof known === 'string') ?? typeof error;
}

/** RFC 9110 §10.2.3: a number of seconds or an HTTP date. */
function retryAfterOf(error: unknown, now: EpochMs | undefined): number | undefined {
  const header = fieldsOf(fieldsOf(fieldsOf(error)['$response'])['headers'])['retry-after'];
  if (typeof header !== 'string' || header.trim() === '') return undefined;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - (now ?? NaN);
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** An error and what caused it, the outermost first, as their fields. */
export function chainOf(error: unknown): readonly Readonly<Record<string, unknown>>[] {
  const chain: Readonly<Record<string, unknown>>[] = [];
  for (let cause = error; cause !== undefined && chain.length <= MAX_CAUSES; cause = fieldsOf(cause)['cause'])
    chain.push(fieldsOf(cause));
  return chain;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
