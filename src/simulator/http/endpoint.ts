import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGGREGATE_ALL, factsOf, type Kind } from '../../../schemas/kinds.ts';
import type { SimulatedClock } from '../world/clock.ts';
import { AwsError, errorAnswer } from '../errors.ts';
import type { FaultDesk } from '../faults/choose-faults.ts';
import { type Fault, isBreaking, ofName } from '../faults/faults.ts';
import { pageText } from './pages.ts';
import { refusalOf } from '../faults/refusals.ts';
import { accessKeyOf, parseRequest, regionOf, type SummaryRequest } from './request.ts';
import type { RequestRecord } from './request-log.ts';
import { type Answer, send } from './send.ts';
import type { Snapshots } from '../world/snapshots.ts';
import type { Tally } from '../world/counted-rows.ts';
import { openToken, type Position, tokenRefused } from './tokens.ts';
import type { World } from '../world/world.ts';

/** What answering needs of the running simulator. */
export interface Room {
  readonly seed: string;
  readonly latencyMs: number;
  readonly clock: SimulatedClock;
  readonly snapshots: Snapshots;
  readonly desk: FaultDesk;
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
  room: Room,
  kind: Kind,
  exchange: { readonly incoming: IncomingMessage; readonly response: ServerResponse; readonly url: URL },
): Promise<void> {
  const { incoming, response, url } = exchange;
  const outcome = decide(room, kind, { authorization: incoming.headers.authorization, url });
  const breaking = outcome.faults.find(isBreaking);
  record(room, kind, { outcome, url, accessKey: accessKeyOf(incoming.headers.authorization) });
  const late = ofName(outcome.faults, 'delay').reduce((sum, { ms }) => sum + ms, room.latencyMs);
  if (late > 0) await sleep(late);
  if (!response.destroyed) send(response, outcome.answer, breaking);
}

interface Asked {
  readonly authorization: string | undefined;
  readonly url: URL;
}

function decide(room: Room, kind: Kind, asked: Asked): Outcome {
  const struck = { region: 'unknown', page: 1, faults: [] as readonly Fault[] };
  try {
    struck.region = regionOf(asked.authorization);
    const request = parseRequest(kind, struck.region, asked.url.searchParams);
    const position = positionOf(room, request);
    struck.page = position.page;
    struck.faults = room.desk.strike({
      ...request,
      page: position.page,
      hasToken: request.token !== undefined,
      asksSums: Object.values(request.filters).includes(AGGREGATE_ALL),
    });
    return { ...struck, ...answerOf(room, request, { position, faults: struck.faults }) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { ...struck, rows: 0, answer: errorAnswer(error) };
  }
}

function positionOf(room: Room, request: SummaryRequest): Position {
  const now = Math.floor(room.clock.now() / 1000);
  const { world, version } = room.world();
  if (request.token === undefined) return { offset: 0, page: 1, now, version };
  const position = openToken(room.seed, request, request.token);
  return world.countsMove ? { ...position, now, version } : position;
}

function answerOf(
  room: Room,
  request: SummaryRequest,
  { position, faults }: { readonly position: Position; readonly faults: readonly Fault[] },
): { readonly answer: Answer; readonly rows: number } {
  const refusal = refusalOf(faults.find(isBreaking));
  if (refusal) return { answer: refusal, rows: 0 };
  const { body, rows } = pageText(rowsAt(room, request, position), {
    seed: room.seed,
    request,
    position,
    faults,
  });
  return { answer: { status: 200, body }, rows };
}

/** A token outlives a changed world only as long as its snapshot is kept: it cannot be counted again. */
function rowsAt(room: Room, request: SummaryRequest, position: Position): Tally {
  const { world, version } = room.world();
  if (position.version === version) return room.snapshots.at(request, { ...position, world });
  const kept = room.snapshots.kept(request, position);
  if (!kept) throw tokenRefused();
  return kept;
}

function record(
  room: Room,
  kind: Kind,
  {
    outcome,
    url,
    accessKey,
  }: { readonly outcome: Outcome; readonly url: URL; readonly accessKey: string | undefined },
): void {
  const { region, page, rows, faults, answer } = outcome;
  const silent = faults.some(({ fault }) => fault === 'reset' || fault === 'hang');
  room.record({
    at: room.clock.now(),
    region,
    accessKey,
    kind,
    operation: factsOf(kind).operation,
    page,
    parameters: Object.fromEntries(url.searchParams),
    status: silent ? 0 : answer.status,
    rows: silent ? 0 : rows,
    faults: faults.map(({ fault }) => fault),
  });
}
