import type { EpochMs } from '../../schemas/columns.ts';
import { parseCheckConfig, parseRegisterConfig, parseVerifyConfig } from '../config/commands.ts';
import type { Settings, Sources } from '../config/resolve.ts';
import { show } from '../domain/show.ts';
import { judgeFlags, judgePull, withDay } from './event-flags.ts';
import { parseError, parseRun, parseSlice, parseStart, problemsOf } from './event-parts.ts';
import { type LambdaTask, steps } from './lambda-task.ts';
import { parseResults } from './results.ts';
import { isListOf, isRecord, isText } from './shapes.ts';

export type LambdaTaskResult = { readonly task: LambdaTask } | { readonly problems: readonly string[] };

const actions = ['plan', 'pull', 'fail', 'summarize', 'register', 'verify', 'check'] as const;
type Action = (typeof actions)[number];

/** Keys of the event of each action, the action aside. */
const keys = {
  plan: ['flags', 'run', 'accounts'],
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
  const { flags = {}, accounts = '' } = event;
  const own = isRecord(flags) && accounts !== '' ? { accounts, ...flags } : flags;
  const judged = judgePull(own, world);
  const run = event['run'] === undefined ? { value: undefined } : parseRun(event, world);
  if ('problems' in judged || 'problems' in run) return { problems: problemsOf(judged, run) };
  const isPart = narrows(flags as Settings, accounts !== '' || hasAccounts(world));
  return { task: { action: 'plan', config: judged.config, flags: own as Settings, isPart, run: run.value } };
}

function hasAccounts({ env }: EventWorld): boolean {
  return (env['BACKUP_LEDGER_ACCOUNTS'] ?? '') !== '';
}

/** Whether flags leave out some of what is pulled daily. Where nothing else names the accounts, they name all of them. */
function narrows(flags: Settings, hasOwnAccounts: boolean): boolean {
  return 'region' in flags || 'kind' in flags || ('accounts' in flags && hasOwnAccounts);
}

function parsePull({ flags = {} }: Settings, world: EventWorld): LambdaTaskResult {
  const judged = judgePull(flags, world);
  return 'problems' in judged ? judged : { task: { action: 'pull', config: judged.config } };
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
