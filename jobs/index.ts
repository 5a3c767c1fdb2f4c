import type { Settings } from '../src/config/resolve.ts';
import { parsePullConfig, parseQueryConfig, parseVerifyConfig } from '../src/config/commands.ts';
import { UsageError } from '../src/errors.ts';
import type { PullResult } from '../schemas/pull-result.ts';
import type { VerifyResult } from '../schemas/verify-result.ts';
import { openClock } from './world/clock.ts';

/**
 * The package as a library: what the command line does, called from TypeScript. Environment variables count as on the
 * command line; results and exit codes are the same. Nothing is logged unless `log-level` says so.
 *
 * @packageDocumentation
 */

export { exitCodes, LedgerError, type Recovery, UsageError } from '../src/errors.ts';
export type {
  Gap,
  Mismatch,
  PlannedChange,
  PullResult,
  Reject,
  SliceResult,
} from '../schemas/pull-result.ts';
export type { VerifyResult } from '../schemas/verify-result.ts';

/** A flag as on the command line or in a `--config` file: `{ 'page-size': 100, region: ['eu-west-1', 'us-east-1'] }`. */
export type FlagValue = string | number | boolean | readonly (string | number)[];

/** Flags by name, without their dashes. */
export type Flags = Readonly<Record<string, FlagValue>>;

export interface CallOptions {
  /** Ends the work cleanly, with nothing half-written. Default: never. */
  readonly signal?: AbortSignal;
}

/**
 * Reads slices and brings the ledger up to date. A slice that fails is a result, not an exception: look at `exit_code`, and at
 * `error` of each slice.
 *
 * @param flags those of `backup-ledger pull`
 * @throws {@link UsageError} with every problem of the flags
 *
 * @example
 * ```ts
 * const { exit_code, slices } = await pull({ ledger: 's3://my-bucket/backup-ledger', region: 'eu-west-1', kind: 'all' });
 * ```
 */
export async function pull(flags: Flags = {}, { signal = never }: CallOptions = {}): Promise<PullResult> {
  const config = judged(parsePullConfig(sources(flags)));
  return (await import('./commands/pull.ts')).pull(config, signal);
}

/**
 * Reads the whole ledger back and checks its promises. Findings are results, not exceptions.
 *
 * @param flags those of `backup-ledger verify`
 * @throws {@link UsageError} with every problem of the flags
 * @throws {@link LedgerError} when the ledger cannot be reached
 */
export async function verify(flags: Flags = {}, { signal = never }: CallOptions = {}): Promise<VerifyResult> {
  const config = judged(parseVerifyConfig(sources(flags)));
  return (await import('./commands/verify.ts')).verify(config, signal);
}

/** A row of an answer, by column. Numbers too large for JavaScript are texts. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Runs SQL over the ledger: the embedded engine (the optional package `@duckdb/node-api`) on a local one, Athena on S3.
 * Rows come as they are read; leaving the loop early ends the query.
 *
 * @param sql one statement
 * @param flags those of `backup-ledger query`
 * @throws {@link UsageError} for wrong flags and for wrong SQL
 * @throws {@link LedgerError} when the engine is not there or cannot be reached
 *
 * @example
 * ```ts
 * for await (const { start_date, jobs } of query('SELECT * FROM copy_job_daily', { ledger: './ledger' })) …
 * ```
 */
export async function* query(
  sql: string,
  flags: Flags = {},
  { signal = never }: CallOptions = {},
): AsyncGenerator<Row, void, undefined> {
  const config = judged(parseQueryConfig(sources({ ...flags, sql })));
  const { openEngine } = await import('./world/engine.ts');
  const { recordsOf } = await import('../src/adapters/terminal/answer-json.ts');
  const engine = await openEngine(config, { clock: openClock(config.now), signal });
  try {
    yield* recordsOf(await engine.run(sql));
  } finally {
    engine.close();
  }
}

const never = new AbortController().signal;

/** A library is quiet unless it is told otherwise: by a flag, or in the environment. */
const quiet = { name: 'the library', settings: { 'log-level': 'silent', progress: 'never' } };

function sources(flags: Settings) {
  return { argv: flags, env: process.env, file: quiet };
}

function judged<C>(parsed: { readonly config: C } | { readonly problems: readonly string[] }): C {
  if ('problems' in parsed) throw new UsageError(parsed.problems);
  return parsed.config;
}
