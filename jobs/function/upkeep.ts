import type { Finding } from '../../schemas/verify-result.ts';
import type { Registration } from '../../src/domain/registration.ts';
import type { Task } from '../../src/fan-out/lambda-task.ts';
import { workPlace } from '../../src/fan-out/run-store.ts';
import { countsLine } from '../../src/pull/metrics.ts';
import { systemClock } from '../world/clock.ts';
import { type FunctionWorld, withinTime } from './function-world.ts';
import { beginVerify, endVerify, type VerifyCounts } from './last-verify.ts';
import { succeedStep } from './steps.ts';
import { withWork } from './work.ts';

/** What is done for a ledger beside pulling: the catalog, and reading it back. */

export interface Registered {
  readonly schema_version: 1;
  /** Such as `created table copy_job_summaries`: only what was changed. */
  readonly changes: readonly string[];
}

const never = new AbortController().signal;

export async function register({ config }: Task<'register'>, world: FunctionWorld): Promise<Registered> {
  const { register: run } = await import('../commands/register.ts');
  const changes: string[] = [];
  const tell = ({ action, type, name }: Registration) => {
    if (action !== 'unchanged') changes.push(`${action} ${type} ${name}`);
  };
  await run({ ...config, deadline: withinTime(config.deadline, world) }, tell, never);
  succeedStep('register', world);
  return { schema_version: 1, changes };
}

export interface Verified {
  readonly schema_version: 1;
  readonly outcome: 'ok' | 'damaged';
  readonly errors: number;
  readonly warnings: number;
  /** The first of them, errors before warnings. */
  readonly findings: readonly Finding[];
  /** The first errors in one text; null when there are none. */
  readonly cause: string | null;
}

const MAX_FINDINGS_LISTED = 20;

/** Damage is an answer, not an error: the state machine ends red by it, and says what is damaged. */
export async function verify({ config }: Task<'verify'>, world: FunctionWorld): Promise<Verified> {
  const { verify: run } = await import('../commands/verify.ts');
  const told = await telling(config, world);
  const result = await run({ ...config, deadline: withinTime(config.deadline, world) }, never);
  const { outcome, findings } = result;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.length - errors.length;
  const counts = { ...(await told(errors.length)), VerifyWarnings: warnings };
  world.say(countsLine(systemClock.now(), world.dimensions, counts));
  const listed = findings.slice(0, MAX_FINDINGS_LISTED);
  return {
    schema_version: 1,
    outcome,
    errors: errors.length,
    warnings,
    findings: listed,
    cause: errors.length === 0 ? null : causeOf(errors),
  };
}

/** Leaves that a verification begins, and gives what leaves that it ended. */
async function telling(
  config: Task<'verify'>['config'],
  world: FunctionWorld,
): Promise<(errors: number) => Promise<VerifyCounts>> {
  const ledger = workPlace(config.ledger);
  if (!ledger) return async (errors) => ({ VerifyErrors: errors, FailedVerifications: 0 });
  const scope = config.since === undefined ? 'full' : 'recent';
  const work = { ...config, ledger };
  await withWork(work, world, (store) => beginVerify(store, scope, systemClock.now()));
  return (errors) =>
    withWork(work, world, (store) => endVerify(store, { scope, errors, now: systemClock.now() }));
}

function causeOf(errors: readonly Finding[]): string {
  const lines = errors
    .slice(0, MAX_FINDINGS_LISTED)
    .map(({ code, place, message }) => `${code} ${place}: ${message}`);
  const more = errors.length - lines.length;
  return `${lines.join('; ')}${more > 0 ? ` and ${more} more` : ''}`;
}
