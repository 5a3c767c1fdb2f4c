import { show } from '../domain/show.ts';
import { addDays, utcDay } from '../domain/day.ts';
import type { EpochMs } from '../../schemas/columns.ts';
import type { SliceFailure, SliceOutcome, StepError } from '../domain/slice-outcome.ts';
import {
  type CheckConfig,
  type Judged,
  parseCheckConfig,
  parsePullConfig,
  parseRegisterConfig,
  parseVerifyConfig,
  type PullConfig,
  type RegisterConfig,
  type VerifyConfig,
} from '../config/commands.ts';
import type { LedgerConfig } from '../config/ledger-config.ts';
import type { Settings, Sources } from '../config/resolve.ts';
import { parseResults } from './results.ts';
import { isListOf, isRecord, isText } from './shapes.ts';
import { workPlace } from './run-store.ts';

/** What the Lambda function is asked to do, judged. With a run, the steps leave each other objects; without, what is told is all. */
export type LambdaTask =
  | {
      readonly action: 'plan';
      readonly config: PullConfig;
      readonly flags: Settings;
      readonly run: Run | undefined;
    }
  | { readonly action: 'pull'; readonly config: PullConfig }
  | { readonly action: 'pull-planned'; readonly run: Run; readonly slice: number }
  | { readonly action: 'fail-slice'; readonly run: Run; readonly slice: number; readonly error: StepError }
  | { readonly action: 'fail-step'; readonly step: Step; readonly error: StepError }
  | {
      readonly action: 'summarize';
      readonly startedAt: EpochMs;
      readonly planned: readonly string[];
      readonly outcomes: readonly SliceOutcome[];
      readonly failures: readonly SliceFailure[];
    }
  | { readonly action: 'summarize-run'; readonly startedAt: EpochMs; readonly run: Run }
  | { readonly action: 'register'; readonly config: RegisterConfig }
  | { readonly action: 'verify'; readonly config: VerifyConfig }
  | { readonly action: 'check'; readonly config: CheckConfig };

export type Task<A extends LambdaTask['action']> = Extract<LambdaTask, { readonly action: A }>;

/** A run of the state machine, and how the place of its objects is reached. */
export interface Run {
  readonly name: string;
  readonly work: LedgerConfig;
}

/** Steps after the pull: one that fails is told by a metric. */
export const steps = ['register', 'check', 'verify'] as const;
export type Step = (typeof steps)[number];

export type LambdaTaskResult = { readonly task: LambdaTask } | { readonly problems: readonly string[] };

const actions = ['plan', 'pull', 'fail', 'summarize', 'register', 'verify', 'check'] as const;
type Action = (typeof actions)[number];

/** Keys of the event of each action, the action aside. */
const keys = {
  plan: ['flags', 'run'],
  pull: ['flags', 'run', 'slice'],
  fail: ['run', 'slice', 'step', 'error'],
  summarize: ['started_at', 'planned', 'results', 'run'],
  register: ['flags'],
  verify: ['flags'],
  check: ['flags'],
} as const satisfies Record<Action, readonly string[]>;

/** What an event is judged by, beside itself. */
export interface EventWorld {
  readonly env: Sources['env'];
  readonly now: EpochMs;
}

/** Judges an event as the command line is judged: all problems come back at once. */
export function parseLambdaEvent(event: unknown, world: EventWorld): LambdaTaskResult {
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
  const result = parsers[action](event, world);
  const problems = [...unknown, ...('problems' in result ? result.problems : [])];
  return problems.length > 0 || 'problems' in result ? { problems } : result;
}

const parsers: Readonly<Record<Action, (event: Settings, world: EventWorld) => LambdaTaskResult>> = {
  plan: parsePlan,
  pull: (event, world) => ('run' in event ? parsePlannedPull(event, world) : parsePull(event, world)),
  fail: (event, world) => ('step' in event ? parseFailedStep(event) : parseFailedSlice(event, world)),
  summarize: (event, world) => ('run' in event ? parseSummarizeRun(event, world) : parseSummarize(event)),
  register: parseRegister,
  verify: parseVerify,
  check: parseCheck,
};

function parsePlan(event: Settings, world: EventWorld): LambdaTaskResult {
  const { flags = {} } = event;
  const judged = judgePull(flags, world);
  const run = event['run'] === undefined ? { value: undefined } : parseRun(event, world);
  if ('problems' in judged || 'problems' in run) return { problems: problemsOf(judged, run) };
  return { task: { action: 'plan', config: judged.config, flags: flags as Settings, run: run.value } };
}

function parsePull({ flags = {} }: Settings, world: EventWorld): LambdaTaskResult {
  const judged = judgePull(flags, world);
  return 'problems' in judged ? judged : { task: { action: 'pull', config: judged.config } };
}

/** Flags of a pull, from an event or from a plan. */
export function judgePull(flags: unknown, { env }: Pick<EventWorld, 'env'>): Judged<PullConfig> {
  return judgeFlags(flags, (argv) => {
    const parsed = parsePullConfig({ argv, env });
    if ('problems' in parsed || !parsed.config['dry-run']) return parsed;
    const why = 'dry-run: expected false, because the run would succeed with nothing in the ledger, got true';
    return { problems: [...placeProblems(parsed.config), why] };
  });
}

function judgeFlags<C extends LedgerConfig>(
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

function parsePlannedPull(event: Settings, world: EventWorld): LambdaTaskResult {
  const run = parseRun(event, world);
  const slice = parseSlice(event);
  if ('problems' in run || 'problems' in slice) return { problems: problemsOf(run, slice) };
  return { task: { action: 'pull-planned', run: run.value, slice: slice.value } };
}

function parseFailedSlice(event: Settings, world: EventWorld): LambdaTaskResult {
  const run = parseRun(event, world);
  const slice = parseSlice(event);
  const error = parseError(event);
  if ('problems' in run || 'problems' in slice || 'problems' in error)
    return { problems: problemsOf(run, slice, error) };
  return { task: { action: 'fail-slice', run: run.value, slice: slice.value, error: error.value } };
}

function parseFailedStep(event: Settings): LambdaTaskResult {
  const step = steps.find((known) => known === event['step']);
  const error = parseError(event);
  if (step && 'value' in error) return { task: { action: 'fail-step', step, error: error.value } };
  const strange = step ? [] : [`step: expected one of ${steps.join(', ')}, got ${show(event['step'])}`];
  return { problems: [...strange, ...problemsOf(error)] };
}

function parseSummarizeRun(event: Settings, world: EventWorld): LambdaTaskResult {
  const run = parseRun(event, world);
  const startedAt = parseStart(event);
  if ('problems' in run || 'problems' in startedAt) return { problems: problemsOf(startedAt, run) };
  return { task: { action: 'summarize-run', startedAt: startedAt.value, run: run.value } };
}

function parseSummarize(event: Settings): LambdaTaskResult {
  const { planned, results } = event;
  const startedAt = parseStart(event);
  const problems = problemsOf(startedAt);
  if (!isListOf(planned, isText) || planned.length === 0)
    problems.push(`planned: expected the names of the slices, got ${show(planned)}`);
  if (!isListOf(results, isRecord))
    problems.push(`results: expected what came of each slice, got ${show(results)}`);
  if (
    !isListOf(planned, isText) ||
    !isListOf(results, isRecord) ||
    'problems' in startedAt ||
    problems.length > 0
  )
    return { problems };
  const parsed = parseResults(results);
  if ('problems' in parsed) return parsed;
  return { task: { action: 'summarize', startedAt: startedAt.value, planned, ...parsed } };
}

function parseRegister({ flags = {} }: Settings, { env }: EventWorld): LambdaTaskResult {
  const judged = judgeFlags(flags, (argv) => parseRegisterConfig({ argv, env }));
  return 'problems' in judged ? judged : { task: { action: 'register', config: judged.config } };
}

function parseVerify({ flags = {} }: Settings, { env, now }: EventWorld): LambdaTaskResult {
  const judged = judgeFlags(flags, (argv) => parseVerifyConfig({ argv: withDay(argv, now), env }));
  return 'problems' in judged ? judged : { task: { action: 'verify', config: judged.config } };
}

function parseCheck({ flags = {} }: Settings, { env }: EventWorld): LambdaTaskResult {
  const judged = judgeFlags(flags, (argv) => parseCheckConfig({ argv, env }));
  return 'problems' in judged ? judged : { task: { action: 'check', config: judged.config } };
}

/** A schedule's input is the same every week: `{"since": "40d"}` is the day 40 days ago. */
function withDay(flags: Settings, now: EpochMs): Settings {
  const { since } = flags;
  const [, days] = typeof since === 'string' ? (/^([1-9]\d{0,4})d$/.exec(since) ?? []) : [];
  return days === undefined ? flags : { ...flags, since: addDays(utcDay(now), -Number(days)) };
}

type Part<T> = { readonly value: T } | { readonly problems: readonly string[] };

function problemsOf(...parts: readonly (object | { readonly problems: readonly string[] })[]): string[] {
  return parts.flatMap((part) => ('problems' in part ? part.problems : []));
}

/** Names of executions of Step Functions, and of runs of others. */
const RUN_PATTERN = /^[\w.-]{1,100}$/;

/** The run's objects lie beside the ledger that the environment names. */
function parseRun({ run: name }: Settings, { env }: EventWorld): Part<Run> {
  if (!isText(name) || !RUN_PATTERN.test(name))
    return { problems: [`run: expected letters, digits, ., _ and -, got ${show(name)}`] };
  const judged = judgePull({}, { env });
  if ('problems' in judged) return judged;
  const ledger = workPlace(judged.config.ledger);
  return ledger
    ? { value: { name, work: { ...judged.config, ledger } } }
    : {
        problems: [
          'ledger: expected a prefix, as in s3://bucket/prefix, for a run to keep its objects beside it',
        ],
      };
}

function parseSlice({ slice }: Settings): Part<number> {
  return typeof slice === 'number' && Number.isSafeInteger(slice) && slice >= 0
    ? { value: slice }
    : { problems: [`slice: expected its number in the plan, got ${show(slice)}`] };
}

function parseError({ error }: Settings): Part<StepError> {
  return isRecord(error)
    ? { value: error }
    : { problems: [`error: expected what Step Functions caught, got ${show(error)}`] };
}

function parseStart({ started_at: started }: Settings): Part<EpochMs> {
  const startedAt = typeof started === 'string' ? Date.parse(started) : Number.NaN;
  return Number.isNaN(startedAt)
    ? { problems: [`started_at: expected an instant, got ${show(started)}`] }
    : { value: startedAt };
}
