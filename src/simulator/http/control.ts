import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { kindNames, type Kind } from '../../../schemas/kinds.ts';
import { REGION_PATTERN } from '../../domain/slice.ts';
import { type Checks, isRecord, matching, oneOf, problem, problemsOf } from '../checks.ts';
import { type Answer, InvalidSettingError } from '../errors.ts';
import type { Fault } from '../faults/faults.ts';
import { isDuration, isInstant, parseDuration, parseInstant } from '../world/instants.ts';
import { refuse } from '../settings.ts';
import type { Simulator, TruthQuery } from '../simulator.ts';
import type { World } from '../world/world.ts';

/** The control endpoints, by which other processes drive the simulator. */
export const CONTROL_PATH = '/_simulator';

type Handler = (
  simulator: Simulator,
  asked: { readonly body: unknown; readonly query: URLSearchParams },
) => unknown;

const handlers: Readonly<Record<string, Handler>> = {
  [`GET ${CONTROL_PATH}`]: statusOf,
  [`PUT ${CONTROL_PATH}/clock`]: (simulator, { body }) => {
    moveClock(simulator, body);
    return { now: isoNow(simulator) };
  },
  [`PUT ${CONTROL_PATH}/faults`]: (simulator, { body }) => {
    simulator.setFaults(body as readonly Fault[]);
    return statusOf(simulator).faults;
  },
  [`PUT ${CONTROL_PATH}/world`]: (simulator, { body }) => {
    simulator.world.set(body as Partial<World>);
    return simulator.world.get();
  },
  [`GET ${CONTROL_PATH}/truth`]: (simulator, { query }) => simulator.truth(parseSubject(query, {})),
  [`GET ${CONTROL_PATH}/observe`]: (simulator, { query }) => {
    const { kind, region } = parseSubject(query, dayCheck);
    return simulator.observe({ kind, region, day: query.get('day')!, ...instantIn(query) });
  },
};

const dayCheck: Checks = { day: matching(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-11-22') };

/** Answers a control request; 400 lists every problem of its body or query. */
export async function answerControl(
  simulator: Simulator,
  incoming: IncomingMessage,
  url: URL,
): Promise<Answer> {
  const handler = handlers[`${incoming.method} ${url.pathname}`];
  if (!handler) return json(404, { message: `no such control: ${Object.keys(handlers).join(', ')}` });
  try {
    const body = incoming.method === 'PUT' ? parseJson(await text(incoming)) : undefined;
    return json(200, handler(simulator, { body, query: url.searchParams }));
  } catch (error) {
    if (!(error instanceof InvalidSettingError)) throw error;
    return json(400, { message: error.message, problems: error.problems });
  }
}

function json(status: number, value: unknown): Answer {
  return { status, body: JSON.stringify(value) };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new InvalidSettingError([`body: expected JSON, got ${JSON.stringify(body.slice(0, 80))}`]);
  }
}

function statusOf(simulator: Simulator): Readonly<Record<string, unknown>> {
  return {
    now: isoNow(simulator),
    url: simulator.url,
    accounts: simulator.accounts.length,
    world: simulator.world.get(),
    // A function cannot be shown as JSON.
    faults: simulator
      .faults()
      .map((fault) => ({ ...fault, ...('items' in fault && { items: shownItems(fault.items) }) })),
    requests: simulator.requests,
  };
}

function shownItems(items: unknown): unknown {
  return typeof items === 'function' ? '(function)' : items;
}

function isoNow(simulator: Simulator): string {
  return new Date(simulator.clock.now()).toISOString();
}

/** Either `now` or `advance`. */
function moveClock(simulator: Simulator, body: unknown): void {
  refuse(problemsOf('', body, { now: isInstant, advance: isDuration }));
  const { now, advance } = isRecord(body) ? body : {};
  if ((now === undefined) === (advance === undefined)) {
    refuse([problem('body', 'either now or advance', body)]);
  }
  if (now === undefined) simulator.clock.advance(parseDuration(advance)!);
  else simulator.clock.set(parseInstant(now)!);
}

function parseSubject(query: URLSearchParams, more: Checks): TruthQuery {
  const isKind = oneOf(...kindNames);
  const checks: Checks = {
    kind: isKind,
    region: matching(REGION_PATTERN, 'a region such as eu-west-1'),
    ...more,
  };
  const asked = Object.fromEntries(query);
  const missing = Object.keys(checks).filter((name) => asked[name] === undefined);
  refuse([
    ...problemsOf('', asked, { ...checks, at: isInstant }),
    ...missing.map((name) => problem(name, 'a value', undefined)),
  ]);
  return { kind: asked.kind as Kind, region: asked.region!, ...instantIn(query) };
}

function instantIn(query: URLSearchParams): { readonly at?: number } {
  const at = parseInstant(query.get('at') ?? undefined);
  return at === undefined ? {} : { at };
}
