/**
 * Errors say who acts. Each carries a recovery; the exit code follows from it. The error that was caught is kept as
 * `cause`.
 */

/** Who acts, and therefore which exit code: a new recovery does not compile until it has one. */
export type Recovery = 'fix-usage' | 'fix-data' | 'report-bug' | 'retry-later' | 'fix-config';

/** The codes of sysexits.h: EX_USAGE, EX_DATAERR, EX_SOFTWARE, EX_TEMPFAIL, EX_CONFIG. */
export const exitCodes = {
  'fix-usage': 64,
  'fix-data': 65,
  'report-bug': 70,
  'retry-later': 75,
  'fix-config': 78,
} as const satisfies Record<Recovery, number>;

/** Nothing went wrong, but `check` found what its thresholds do not allow: whoever looks after the backups acts. */
export const FINDINGS_EXIT_CODE = 1;

/** Names of thrown errors by which a state machine chooses what to do. A wrong event is configuration there. */
export const recoveryNames = {
  'fix-usage': 'FixConfig',
  'fix-data': 'FixData',
  'report-bug': 'ReportBug',
  'retry-later': 'RetryLater',
  'fix-config': 'FixConfig',
} as const satisfies Record<Recovery, string>;

/** Of several failures the one that needs a person first gives the exit code, or the name. */
export const byUrgency: readonly Recovery[] = [
  'report-bug',
  'fix-config',
  'fix-usage',
  'fix-data',
  'retry-later',
];

/** What an error of this recovery asks for where its message does not already say so; empty where it does. */
export function retryHint(recovery: Recovery): string {
  return recovery === 'retry-later' ? '; try again later' : '';
}

/** The one cure where nobody says who calls AWS. */
export const GIVE_CREDENTIALS =
  'give credentials as for any AWS tool: a role, a profile (AWS_PROFILE), or environment variables';

/** The one question where an endpoint's name is not found. */
export const IS_REGION_RIGHT = "is the Region's name right?";

/** Base of every error this project throws on purpose. Its message is a sentence for the person who acts. */
export class LedgerError extends Error {
  readonly recovery: Recovery;

  constructor(recovery: Recovery, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.recovery = recovery;
  }
}

/** The command line, environment or configuration file is wrong; every problem is listed. */
export class UsageError extends LedgerError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('fix-usage', problems.join('\n'));
    this.problems = problems;
  }
}

/** A request failed for good: retries are used up, or it is of a kind that no retry helps. */
export class RequestError extends LedgerError {}

/** AWS refused a NextToken: it expired or was not accepted. The slice begins again from its first page. */
export class TokenRefusedError extends LedgerError {
  constructor(message: string, options?: ErrorOptions) {
    super('retry-later', message, options);
  }
}

/** The answer named a NextToken a second time: following it would never end. */
export class PaginationLoopError extends LedgerError {
  constructor(pages: number) {
    super('retry-later', `AWS repeated a NextToken on page ${pages}: following it would never end`);
  }
}

/** More pages than `--max-pages` allows. */
export class TooManyPagesError extends LedgerError {
  constructor(maxPages: number) {
    super(
      'fix-config',
      `there are more pages than --max-pages ${maxPages}: raise it if the organisation really is that large`,
    );
  }
}

/** AWS answered with data this version must not publish. */
export class BadDataError extends LedgerError {
  constructor(message: string, options?: ErrorOptions) {
    super('fix-data', message, options);
  }
}

/** Two rows of one identity that cannot be one row: AWS has grown a dimension this version does not know. */
export class NewDimensionError extends BadDataError {}

/** AWS's own totals of days that are over are not the sums of its rows, and `--reconcile require` wants them to be. */
export class TotalsMismatchError extends BadDataError {}

/** An object of the ledger is not what it should be. */
export class DamagedObjectError extends LedgerError {
  constructor(message: string, options?: ErrorOptions) {
    super('fix-data', message, options);
  }
}

/** A row holds a value that a data file cannot hold faithfully; validation should have caught it. */
export class EncodeError extends LedgerError {
  constructor(message: string, options?: ErrorOptions) {
    super('report-bug', message, options);
  }
}

/** The ledger could not be read or written. */
export class StoreError extends LedgerError {}

/** Other writers came first, in every attempt. */
export class LostRaceError extends LedgerError {
  constructor(key: string, attempts: number) {
    super('retry-later', `${key}: other writers came first ${attempts} times${retryHint('retry-later')}`);
  }
}

/** The table is bound to rows of another kind, period or grain. */
export class GrainMismatchError extends LedgerError {
  constructor(message: string) {
    super('fix-usage', message);
  }
}

/** The pull showed fewer accounts than `--min-accounts`. */
export class TooFewAccountsError extends LedgerError {
  constructor(accounts: number, minAccounts: number) {
    super(
      'fix-config',
      `the pull saw fewer accounts (${accounts}) than --min-accounts ${minAccounts}: check that the caller is still ` +
        'the management or a delegated administrator account with cross-account monitoring on',
    );
  }
}

/** Something in the ledger is from the future: a clock is wrong, here or where it was written. */
export class WrongClockError extends LedgerError {
  /** @param what what is from the future, and when it says it is: a sentence's beginning */
  constructor(what: string, now: number) {
    super(
      'fix-config',
      `${what}, and it is ${new Date(now).toISOString()} now: a clock is wrong. Correct this machine's clock; if it is right, ` +
        'withdraw the pull that was made with a wrong one: backup-ledger replay --exclude <its name in pulls/>',
    );
  }
}

/** `--deadline` passed. */
export class DeadlineError extends LedgerError {
  constructor(seconds: number) {
    super('retry-later', `the deadline of ${seconds} s passed`);
  }
}

/** SIGINT or SIGTERM. */
export class InterruptedError extends LedgerError {
  readonly exitCode: 130 | 143;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super('retry-later', `interrupted by ${signal}`);
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/** The exit code an error ends the process with. */
export function exitCodeOf(error: LedgerError): number {
  return error instanceof InterruptedError ? error.exitCode : exitCodes[error.recovery];
}

/** Any thrown value as a LedgerError: what is not one of ours is a bug. */
export function asLedgerError(thrown: unknown): LedgerError {
  if (thrown instanceof LedgerError) return thrown;
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new LedgerError('report-bug', message, { cause: thrown });
}
