import { show } from '../domain/show.ts';
import type { SliceFailure, SliceOutcome } from '../domain/slice-outcome.ts';
import {
  type CheckConfig,
  type Judged,
  parseCheckConfig,
  parsePullConfig,
  type PullConfig,
} from '../config/commands.ts';
import type { Settings, Sources } from '../config/resolve.ts';

/** What the Lambda function is asked to do, judged. */
export type LambdaTask =
  | { readonly action: 'plan'; readonly config: PullConfig; readonly flags: Settings }
  | { readonly action: 'pull'; readonly config: PullConfig }
  | { readonly action: 'check'; readonly config: CheckConfig }
  | {
      readonly action: 'summarize';
      readonly startedAt: number;
      readonly planned: readonly string[];
      readonly outcomes: readonly SliceOutcome[];
      readonly failures: readonly SliceFailure[];
    };

export type LambdaTaskResult = { readonly task: LambdaTask } | { readonly problems: readonly string[] };

const actions = ['plan', 'pull', 'summarize', 'check'] as const;

/** Keys of the event of each action, the action aside. */
const keys = {
  plan: ['flags'],
  pull: ['flags'],
  summarize: ['started_at', 'planned', 'results'],
  check: ['flags'],
} as const satisfies Record<(typeof actions)[number], readonly string[]>;

/** Judges an event as the command line is judged: all problems come back at once. */
export function parseLambdaEvent(event: unknown, env: Sources['env']): LambdaTaskResult {
  if (!isRecord(event)) return { problems: [`event: expected an object with an action, got ${show(event)}`] };
  const action = actions.find((known) => known === event['action']);
  if (!action)
    return { problems: [`action: expected one of ${actions.join(', ')}, got ${show(event['action'])}`] };
  const unknown = Object.keys(event)
    .filter((key) => key !== 'action' && !(keys[action] as readonly string[]).includes(key))
    .map(
      (key) =>
        `${key}: expected only ${keys[action].join(', ')} beside action ${action}, got ${show(event[key])}`,
    );
  const result = action === 'summarize' ? parseSummarize(event) : parseFlags(action, event, env);
  const problems = [...unknown, ...('problems' in result ? result.problems : [])];
  return problems.length > 0 || 'problems' in result ? { problems } : result;
}

function parseFlags(
  action: 'plan' | 'pull' | 'check',
  event: Settings,
  env: Sources['env'],
): LambdaTaskResult {
  const { flags = {} } = event;
  if (!isRecord(flags))
    return { problems: [`flags: expected an object such as {"kind": "copy"}, got ${show(flags)}`] };
  if (action === 'check') {
    const judged = judgeFlags({ argv: flags, env }, parseCheckConfig, placeProblems);
    return 'problems' in judged ? judged : { task: { action, config: judged.config } };
  }
  const judged = judgeFlags({ argv: flags, env }, parsePullConfig, (config) => [
    ...placeProblems(config),
    ...dryRunProblems(config),
  ]);
  if ('problems' in judged) return judged;
  const { config } = judged;
  return { task: action === 'plan' ? { action, config, flags } : { action, config } };
}

/** Judges flags as the command line does, and by what else holds for a function. */
function judgeFlags<C>(
  sources: Sources,
  parse: (sources: Sources) => Judged<C>,
  rule: (config: C) => readonly string[],
): Judged<C> {
  const parsed = parse(sources);
  const problems = [...('problems' in parsed ? parsed.problems : rule(parsed.config))];
  if ('config' in sources.argv)
    problems.push(`config: expected no file of flags here, got ${show(sources.argv['config'])}`);
  return problems.length > 0 || 'problems' in parsed ? { problems } : parsed;
}

function placeProblems({ ledger }: Pick<PullConfig, 'ledger'>): string[] {
  if (ledger.type === 's3') return [];
  return [
    `ledger: expected s3://bucket/prefix, because a Lambda function keeps no files, got ${show(ledger.path)}`,
  ];
}

function dryRunProblems(config: PullConfig): string[] {
  if (!config['dry-run']) return [];
  return ['dry-run: expected false, because the run would succeed with nothing in the ledger, got true'];
}

function parseSummarize(event: Settings): LambdaTaskResult {
  const { started_at: started, planned, results } = event;
  const startedAt = typeof started === 'string' ? Date.parse(started) : Number.NaN;
  const problems: string[] = [];
  if (Number.isNaN(startedAt)) problems.push(`started_at: expected an instant, got ${show(started)}`);
  if (!isListOf(planned, isText) || planned.length === 0)
    problems.push(`planned: expected the names of the slices, got ${show(planned)}`);
  if (!isListOf(results, isRecord))
    problems.push(`results: expected what came of each slice, got ${show(results)}`);
  if (!isListOf(planned, isText) || !isListOf(results, isRecord) || problems.length > 0) return { problems };
  const strange = results.filter((result) => !isPulled(result) && !isFailure(result));
  if (strange.length > 0)
    return {
      problems: strange.map((result) => `results: expected slices, or slice and error, got ${show(result)}`),
    };
  const outcomes = results.filter(isPulled).flatMap(({ slices }) => slices);
  return { task: { action: 'summarize', startedAt, planned, outcomes, failures: results.filter(isFailure) } };
}

/** What action pull answers. */
function isPulled(value: Settings): value is { slices: readonly SliceOutcome[] } {
  const { slices } = value;
  return isListOf(
    slices,
    (slice): slice is SliceOutcome => isRecord(slice) && isText(slice['slice']) && isGood(slice['outcome']),
  );
}

/** A slice that failed is an error, and comes as one. */
function isGood(outcome: unknown): boolean {
  return outcome === 'ok' || outcome === 'superseded';
}

function isFailure(value: Settings): value is SliceFailure & Settings {
  return isText(value['slice']) && isRecord(value['error']);
}

function isRecord(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every((item) => is(item));
}
