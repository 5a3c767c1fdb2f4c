import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGGREGATE_ALL, factsOf, type Kind } from '../../../schemas/kinds.ts';
import type { SimulatedClock } from '../world/clock.ts';
import { type Answer, AwsError, errorAnswer, tokenRefused } from '../errors.ts';
import type { FaultSchedule } from '../faults/fault-schedule.ts';
import { type Fault, isBreaking, ofName } from '../faults/faults.ts';
import { pageText } from './pages.ts';
import { refusalOf } from '../faults/refusals.ts';
import { accessKeyOf, parseRequest, regionOf, type SummaryRequest } from './request.ts';
import type { RequestRecord } from './request-log.ts';
import { send } from './send.ts';
import type { Snapshots } from '../world/snapshots.ts';
import type { CountedRows } from '../world/counted-rows.ts';
import { openToken, type Position } from './tokens.ts';
import type { World } from '../world/world.ts';

/** What an endpoint needs of the running simulator. */
export interface EndpointContext {
  readonly seed: string;
  readonly latencyMs: number;
  readonly clock: SimulatedClock;
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
export async function answerSummaries(
  context: EndpointContext,
  kind: Kind,
  exchange: { readonly incoming: IncomingMessage; readonly response: ServerResponse; readonly url: URL },
): Promise<void> {
  const { incoming, response, url } = exchange;
  const outcome = decide(context, kind, { authorization: incoming.headers.authorization, url });
  const breaking = outcome.faults.find(isBreaking);
  record(context, kind, { outcome, url, accessKey: accessKeyOf(incoming.headers.authorization) });
  const late = ofName(outcome.faults, 'delay').reduce((sum, { ms }) => sum + ms, context.latencyMs);
  if (late > 0) await sleep(late);
  if (!response.destroyed) send(response, outcome.answer, breaking);
}

interface Asked {
  readonly authorization: string | undefined;
  readonly url: URL;
}

function decide(context: EndpointContext, kind: Kind, asked: Asked): Outcome {
  const known = { region: 'unknown', page: 1, faults: [] as readonly Fault[] };
  try {
    known.region = regionOf(asked.authorization);
    const request = parseRequest(kind, known.region, asked.url.searchParams);
    const position = positionOf(context, request);
    known.page = position.page;
    known.faults = context.schedule.pick({
      ...request,
      page: position.page,
      hasToken: request.token !== undefined,
      asksSums: Object.values(request.filters).includes(AGGREGATE_ALL),
    });
    return { ...known, ...answerOf(context, request, { position, faults: known.faults }) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { ...known, rows: 0, answer: errorAnswer(error) };
  }
}

function positionOf(context: EndpointContext, request: SummaryRequest): Position {
  const now = Math.floor(context.clock.now() / 1000);
  const { world, version } = context.world();
  if (request.token === undefined) return { offset: 0, page: 1, now, version };
  const position = openToken(context.seed, request, request.token);
  return world.countsMove ? { ...position, now, version } : position;
}

function answerOf(
  context: EndpointContext,
  request: SummaryRequest,
  { position, faults }: { readonly position: Position; readonly faults: readonly Fault[] },
): { readonly answer: Answer; readonly rows: number } {
  const refusal = refusalOf(faults.find(isBreaking));
  if (refusal) return { answer: refusal, rows: 0 };
  const { body, rows } = pageText(rowsAt(context, request, position), {
    seed: context.seed,
    request,
    position,
    faults,
  });
  return { answer: { status: 200, body }, rows };
}

/** After a change of the world a token is good only while its snapshot is cached: it cannot be counted again. */
function rowsAt(context: EndpointContext, request: SummaryRequest, position: Position): CountedRows {
  const { world, version } = context.world();
  if (position.version === version) return context.snapshots.at(request, { ...position, world });
  const cached = context.snapshots.cached(request, position);
  if (!cached) throw tokenRefused();
  return cached;
}

function record(
  context: EndpointContext,
  kind: Kind,
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
    operation: factsOf(kind).operation,
    page,
    parameters: Object.fromEntries(url.searchParams),
    status: unanswered ? 0 : answer.status,
    rows: unanswered ? 0 : rows,
    faults: faults.map(({ fault }) => fault),
  });
}
