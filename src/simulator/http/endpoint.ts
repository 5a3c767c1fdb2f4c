import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedClock } from '../world/clock.ts';
import { type Answer, AwsError, errorAnswer, tokenRefused } from '../errors.ts';
import type { FaultSchedule } from '../faults/fault-schedule.ts';
import { type Fault, isBreaking, ofName } from '../faults/faults.ts';
import { pageText } from './pages.ts';
import { refusalOf } from '../faults/refusals.ts';
import type { Operation } from './operations.ts';
import { accessKeyOf, type PagedRequest, regionOf } from './request.ts';
import type { RequestRecord } from './request-log.ts';
import { send } from './send.ts';
import type { JobTable } from '../world/job-table.ts';
import type { Items, Snapshots } from '../world/snapshots.ts';
import { openToken, type Position } from './tokens.ts';
import type { World } from '../world/world.ts';

/** What an endpoint needs of the running simulator. */
export interface EndpointContext {
  readonly seed: string;
  readonly latencyMs: number;
  readonly clock: SimulatedClock;
  readonly jobs: JobTable;
  readonly snapshots: Snapshots;
  readonly schedule: FaultSchedule;
  world(): { readonly world: World; readonly version: number };
  record(record: RequestRecord): void;
}

interface Outcome {
  readonly answer: Answer;
  readonly region: string;
  readonly page: number;
  readonly rows: number;
  readonly faults: readonly Fault[];
}

/** Answers one API request. */
export async function answerRequest(
  context: EndpointContext,
  operation: Operation,
  exchange: { readonly incoming: IncomingMessage; readonly response: ServerResponse; readonly url: URL },
): Promise<void> {
  const { incoming, response, url } = exchange;
  const outcome = decide(context, operation, { authorization: incoming.headers.authorization, url });
  const breaking = outcome.faults.find(isBreaking);
  record(context, operation, { outcome, url, accessKey: accessKeyOf(incoming.headers.authorization) });
  const late = ofName(outcome.faults, 'delay').reduce((sum, { ms }) => sum + ms, context.latencyMs);
  if (late > 0) await sleep(late);
  if (!response.destroyed) send(response, outcome.answer, breaking);
}

interface Asked {
  readonly authorization: string | undefined;
  readonly url: URL;
}

function decide(context: EndpointContext, operation: Operation, asked: Asked): Outcome {
  const known = { region: 'unknown', page: 1, faults: [] as readonly Fault[] };
  try {
    known.region = regionOf(asked.authorization);
    const request = operation.parse(known.region, asked.url.searchParams);
    const position = positionOf(context, request);
    known.page = position.page;
    known.faults = context.schedule.pick({
      ...request,
      page: position.page,
      hasToken: request.token !== undefined,
    });
    return { ...known, ...answerOf(context, request, { position, faults: known.faults }) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { ...known, rows: 0, answer: errorAnswer(error) };
  }
}

function positionOf(context: EndpointContext, request: PagedRequest<object>): Position {
  const { world, version } = context.world();
  const now = Math.floor(context.clock.now() / 1000 - request.lagIn(world));
  if (request.token === undefined) return { offset: 0, page: 1, now, version };
  const position = openToken(context.seed, request.binding, request.token);
  return world.countsMove ? { ...position, now, version } : position;
}

function answerOf(
  context: EndpointContext,
  request: PagedRequest<object>,
  { position, faults }: { readonly position: Position; readonly faults: readonly Fault[] },
): { readonly answer: Answer; readonly rows: number } {
  const refusal = refusalOf(faults.find(isBreaking));
  if (refusal) return { answer: refusal, rows: 0 };
  const { body, rows } = pageText(itemsAt(context, request, position), {
    seed: context.seed,
    request,
    position,
    faults,
  });
  return { answer: { status: 200, body }, rows };
}

/** After a change of the world a token is good only while its snapshot is cached: it cannot be counted again. */
function itemsAt(
  { jobs, snapshots, ...context }: EndpointContext,
  request: PagedRequest<object>,
  { now, version }: Position,
): Items<object> {
  const state = context.world();
  const key = JSON.stringify([version, now, request.binding]);
  if (version === state.version)
    return snapshots.at(key, () => request.itemsAt({ jobs, now, world: state.world }));
  const cached = snapshots.cached<object>(key);
  if (!cached) throw tokenRefused();
  return cached;
}

function record(
  context: EndpointContext,
  { kind, name }: Operation,
  {
    outcome,
    url,
    accessKey,
  }: { readonly outcome: Outcome; readonly url: URL; readonly accessKey: string | undefined },
): void {
  const { region, page, rows, faults, answer } = outcome;
  const unanswered = faults.some(({ fault }) => fault === 'reset' || fault === 'hang');
  context.record({
    at: context.clock.now(),
    region,
    accessKey,
    kind,
    operation: name,
    page,
    parameters: Object.fromEntries(url.searchParams),
    status: unanswered ? 0 : answer.status,
    rows: unanswered ? 0 : rows,
    faults: faults.map(({ fault }) => fault),
  });
}
