import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { factsOf } from '../../schemas/kinds.ts';
import { createClock } from './world/clock.ts';
import { answerControl, CONTROL_PATH } from './http/control.ts';
import { answerRequest, type EndpointContext } from './http/endpoint.ts';
import { AwsError, errorAnswer } from './errors.ts';
import { createFaultSchedule } from './faults/fault-schedule.ts';
import { createJobTable } from './world/job-table.ts';
import { countAnswer } from './world/count.ts';
import { observeDay } from './world/observer.ts';
import { type ResolvedOptions, resolveOptions } from './options.ts';
import { createRequestLog } from './http/request-log.ts';
import { anyFilters } from '../domain/slice.ts';
import { operationAt } from './http/operations.ts';
import { keyOf } from './http/summaries.ts';
import { send } from './http/send.ts';
import { parseFaults, parseWorld } from './settings.ts';
import type { Simulator, SimulatorOptions, TruthQuery } from './simulator.ts';
import { createSnapshots } from './world/snapshots.ts';

const HOST = '127.0.0.1';

/**
 * Starts a local endpoint that answers AWS Backup's four operations that summarise jobs, and the four that list them, as
 * AWS would. Any region answers: it is read from the request's signature, which is not verified.
 *
 * Throws InvalidSettingError, which lists every problem of the options.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const resolved = resolveOptions(options);
  const requestLog = createRequestLog();
  const inner = createInner(resolved, requestLog.add);
  const server = createServer();
  const port = await listen(server, resolved.port);
  const simulator: Simulator = {
    ...inner.controls,
    url: `http://${HOST}:${port}`,
    port,
    accounts: resolved.accounts,
    requests: requestLog.log,
    close: () => close(server),
  };
  server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
    requestLog.enter();
    response.once('close', requestLog.leave);
    respond(simulator, inner.context, { incoming, response }).catch((error: unknown) =>
      response.destroy(error as Error),
    );
  });
  return simulator;
}

type Controls = Pick<
  Simulator,
  'clock' | 'world' | 'setFaults' | 'clearFaults' | 'faults' | 'truth' | 'observe'
>;

/** The world behind the endpoint, and the controls that change it. */
function createInner(
  { seed, accounts, rowsPerDay, composites, latencyMs, now, world: firstWorld, faults }: ResolvedOptions,
  record: EndpointContext['record'],
): { readonly context: EndpointContext; readonly controls: Controls } {
  const clock = createClock(now);
  const jobs = createJobTable({ seed, accounts, rowsPerDay, composites });
  const snapshots = createSnapshots();
  const schedule = createFaultSchedule(seed);
  schedule.set(faults);
  let state = { world: firstWorld, version: 1 };
  const context: EndpointContext = {
    seed,
    latencyMs,
    clock,
    jobs,
    snapshots,
    schedule,
    record,
    world: () => state,
  };
  const controls: Controls = {
    clock,
    world: {
      get: () => state.world,
      set: (change) => {
        state = { world: { ...state.world, ...parseWorld(change) }, version: state.version + 1 };
      },
    },
    setFaults: (next) => schedule.set(parseFaults(next)),
    clearFaults: () => schedule.set([]),
    faults: () => schedule.active(),
    truth: (query) => truthOf(context, query),
    observe: (wanted) => observe(context, wanted),
  };
  return { context, controls };
}

function observe(
  context: EndpointContext,
  wanted: Parameters<Simulator['observe']>[0],
): ReturnType<Simulator['observe']> {
  return observeDay(context.jobs, context.world().world, { ...wanted, at: wanted.at ?? context.clock.now() });
}

function truthOf(
  context: EndpointContext,
  { kind, region, period, filters, at }: TruthQuery,
): ReturnType<Simulator['truth']> {
  const query = {
    kind,
    region,
    period: period ?? factsOf(kind).requestPeriods.ONE_DAY ?? 'ONE_DAY',
    filters: { ...anyFilters, ...filters },
  };
  const { world, version } = context.world();
  const now = Math.floor(((at ?? context.clock.now()) - world.summariesAge) / 1000);
  const key = JSON.stringify([version, now, keyOf(query)]);
  return context.snapshots.at(key, () => countAnswer(context.jobs, query, { now, world })).slice(0, Infinity);
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}

async function respond(
  simulator: Simulator,
  context: EndpointContext,
  { incoming, response }: Exchange,
): Promise<void> {
  // Node would date answers by the host's clock, not by the simulated one.
  response.sendDate = false;
  const url = new URL(incoming.url ?? '/', simulator.url);
  if (url.pathname.startsWith(CONTROL_PATH))
    return send(response, await answerControl(simulator, incoming, url));
  const operation = incoming.method === 'GET' ? operationAt(url.pathname) : undefined;
  if (operation) return answerRequest(context, operation, { incoming, response, url });
  const message = `no such operation: ${incoming.method} ${url.pathname}`;
  send(response, errorAnswer(new AwsError('UnknownOperationException', 404, { message })));
}

function listen(server: Server, port: number): Promise<number> {
  // An idle connection that closes just as a client uses it would look like a fault that was not set.
  server.keepAliveTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
