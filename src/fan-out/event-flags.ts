import type { EpochMs } from '../../schemas/columns.ts';
import { type Judged, parsePullConfig, type PullConfig } from '../config/commands.ts';
import type { LedgerConfig } from '../config/ledger-config.ts';
import type { Settings, Sources } from '../config/resolve.ts';
import { addDays, utcDay } from '../domain/day.ts';
import { show } from '../domain/show.ts';
import { isRecord } from './shapes.ts';

/** An event's flags, judged as on the command line and by what else holds for a function. */

/** Flags of a pull, from an event or from a plan. */
export function judgePull(flags: unknown, { env }: Pick<Sources, 'env'>): Judged<PullConfig> {
  return judgeFlags(flags, (argv) => {
    const parsed = parsePullConfig({ argv, env });
    if ('problems' in parsed || !parsed.config['dry-run']) return parsed;
    const why = 'dry-run: expected false, because the run would succeed with nothing in the ledger, got true';
    return { problems: [...placeProblems(parsed.config), why] };
  });
}

export function judgeFlags<C extends LedgerConfig>(
  flags: unknown,
  parse: (flags: Settings) => Judged<C>,
): Judged<C> {
  if (!isRecord(flags))
    return { problems: [`flags: expected an object such as {"kind": "copy"}, got ${show(flags)}`] };
  const parsed = parse(flags);
  const problems = 'problems' in parsed ? [...parsed.problems] : placeProblems(parsed.config);
  if ('config' in flags)
    problems.push(`config: expected no file of flags here, got ${show(flags['config'])}`);
  return problems.length > 0 ? { problems } : parsed;
}

function placeProblems({ ledger }: LedgerConfig): string[] {
  if (ledger.type === 's3') return [];
  return [
    `ledger: expected s3://bucket/prefix, because a Lambda function keeps no files, got ${show(ledger.path)}`,
  ];
}

/** A schedule's input is the same every week: `{"since": "40d"}` is the day 40 days ago. */
export function withDay(flags: Settings, now: EpochMs): Settings {
  const { since } = flags;
  const [, days] = typeof since === 'string' ? (/^([1-9]\d{0,4})d$/.exec(since) ?? []) : [];
  return days === undefined ? flags : { ...flags, since: addDays(utcDay(now), -Number(days)) };
}
