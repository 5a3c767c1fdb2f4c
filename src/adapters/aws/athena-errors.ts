import { retryHint, LedgerError, type Recovery, UsageError } from '../../errors.ts';
import { classifyAwsError, describeAwsError } from './errors.ts';
import { redactedMessage } from './redact.ts';

/** What a query ended with, by Athena's word. */
export interface QueryFailure {
  /** Such as `SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved`. */
  readonly reason: string;
  readonly error:
    { readonly ErrorCategory?: number | undefined; readonly Retryable?: boolean | undefined } | undefined;
}

/** Words of a failed query's reason → who acts. The first that matches decides; else it is the SQL that is wrong. */
const reasons: readonly (readonly [RegExp, Recovery, hint: string])[] = [
  [
    /access ?denied|permission|not authorized|lake ?formation/i,
    'fix-config',
    '. The caller needs the rights of jobs/iam/query-policy.json, and SELECT in Lake Formation where that rules the database',
  ],
  [/^HIVE_(?:BAD_DATA|INVALID_PARTITION_VALUE)/, 'fix-data', '. See backup-ledger verify'],
  // An object was replaced while it was read, among others.
  [
    /^HIVE_(?:FILESYSTEM_ERROR|CANNOT_OPEN_SPLIT|CURSOR_ERROR)|exhausted resources|INTERNAL_ERROR/i,
    'retry-later',
    '',
  ],
];

/** Athena's ErrorCategory of a failure of its own. Source: AthenaError in the Athena API reference. */
const SYSTEM = 1;

export function asQueryFailure({ reason, error }: QueryFailure): LedgerError {
  const [, recovery, hint] = reasons.find(([words]) => words.test(reason)) ?? [];
  if (recovery) return failed(recovery, `${reason}${hint}`);
  if (error?.Retryable || error?.ErrorCategory === SYSTEM) return failed('retry-later', reason);
  return new UsageError([`sql: ${reason}`]);
}

/** What Athena, or the way to it, threw. */
export function asAthenaError(thrown: unknown): LedgerError {
  if (thrown instanceof LedgerError) return thrown;
  const { name, recovery } = classifyAwsError(thrown);
  const said = redactedMessage(thrown);
  if (/output ?location/i.test(said)) {
    const hint = 'give --output-location s3://bucket/folder/, or a --workgroup that has one';
    return new LedgerError('fix-config', `Athena does not know where to put results: ${hint} (${said})`, {
      cause: thrown,
    });
  }
  // Athena finds a malformed statement before it begins.
  const isSql = /^(?:Queries of this type|line \d+:\d+:|.*mismatched input)/.test(said);
  if (name === 'InvalidRequestException' && isSql) return new UsageError([`sql: ${said}`]);
  if (name === 'InvalidRequestException' && /workgroup/i.test(said)) {
    return new LedgerError('fix-config', `${said}: correct --workgroup`, { cause: thrown });
  }
  const hint = name === 'AccessDeniedException' ? deniedHint : '';
  return failed(recovery, `${describeAwsError(thrown)}${hint}`, { cause: thrown });
}

const deniedHint = '. The caller needs the rights of jobs/iam/query-policy.json';

function failed(recovery: Recovery, what: string, options?: ErrorOptions): LedgerError {
  return new LedgerError(recovery, `the query failed on Athena: ${what}${retryHint(recovery)}`, options);
}
