import { groupBy } from '../../src/domain/group-by.ts';
import { visibleInLine } from '../../src/domain/visible.ts';
import { LedgerError } from '../../src/errors.ts';
import type { Task } from '../../src/fan-out/lambda-task.ts';
import { countsLine } from '../../src/pull/metrics.ts';
import { systemClock } from '../world/clock.ts';
import { type FunctionWorld, withinTime } from './function-world.ts';
import { succeedStep } from './steps.ts';

export interface LambdaCheck {
  readonly schema_version: 1;
  readonly outcome: 'ok' | 'findings';
  /** How many there are. */
  readonly findings: number;
  /** Of each code that was found. */
  readonly codes: Readonly<Record<string, number>>;
  /** The worst ones in words. */
  readonly worst: readonly string[];
  /** Number of the message that was published; null when there was none. */
  readonly message_id: string | null;
}

/** Findings told one by one: what a state carries on is small. */
const MAX_FINDINGS_TOLD = 10;

const never = new AbortController().signal;

/** Findings are an answer; a message that could not be published is an error. The log has all findings. */
export async function check({ config }: Task<'check'>, world: FunctionWorld): Promise<LambdaCheck> {
  const deadline = withinTime(config.deadline, world);
  const { check: run } = await import('../commands/check.ts');
  const { findings, sns, error } = await run({ ...config, deadline }, never);
  const lines = findings.map(({ code, place, message }) => `${code} ${place}: ${message}`);
  for (const line of lines) world.say(visibleInLine(line));
  if (error) throw new LedgerError(error.recovery, error.message);
  world.say(countsLine(systemClock.now(), world.dimensions, { CheckFindings: findings.length }));
  succeedStep('check', world);
  const codes = [...groupBy(findings, ({ code }) => code)].map(([code, found]) => [code, found.length]);
  return {
    schema_version: 1,
    outcome: findings.length === 0 ? 'ok' : 'findings',
    findings: findings.length,
    codes: Object.fromEntries(codes) as Record<string, number>,
    worst: lines.slice(0, MAX_FINDINGS_TOLD),
    message_id: sns?.message_id ?? null,
  };
}
