import { concerns, type Fault, isBreaking, type PageContext, type RequestSubject } from './faults.ts';
import { randomFrom, seedOf } from '../world/random.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';

/** Decides which faults happen to a request. */
export interface FaultSchedule {
  set(faults: readonly Fault[]): void;
  active(): readonly Fault[];
  pick(request: FaultableRequest): readonly Fault[];
}

interface ScheduledFault {
  readonly fault: Fault;
  readonly index: number;
  /** Requests it may still happen to. */
  left: number;
  /** Matching requests so far, by region and kind: what other slices do does not change a slice's luck. */
  readonly seen: Map<string, number>;
  readonly limits: Map<string, RateLimit>;
}

interface FaultableRequest extends PageContext {
  readonly hasToken: boolean;
  readonly subject: RequestSubject;
}

export function createFaultSchedule(seed: string): FaultSchedule {
  let scheduled: readonly ScheduledFault[] = [];
  return {
    set: (faults) => {
      for (const { limits } of scheduled) for (const limit of limits.values()) limit.stop();
      scheduled = faults.map(schedule);
    },
    active: () => scheduled.filter(({ left }) => left > 0).map(({ fault }) => fault),
    pick: (request) => {
      const picked: Fault[] = [];
      for (const entry of scheduled) {
        if (!matches(entry, request) || (isBreaking(entry.fault) && picked.some(isBreaking))) continue;
        if (!isUnlucky(seed, entry, request)) continue;
        entry.left--;
        picked.push(entry.fault);
      }
      return picked;
    },
  };
}

function schedule(fault: Fault, index: number): ScheduledFault {
  const left = fault.times ?? (fault.fault === 'expired-token' ? 1 : Infinity);
  return { fault, index, left, seen: new Map(), limits: new Map() };
}

function matches({ fault, left }: ScheduledFault, request: FaultableRequest): boolean {
  return (
    left > 0 &&
    (fault.region === undefined || fault.region === request.region) &&
    (fault.kind === undefined || fault.kind === request.kind) &&
    (fault.page === undefined || fault.page === request.page) &&
    concerns(fault, request) &&
    (fault.fault !== 'expired-token' || request.hasToken)
  );
}

function isUnlucky(seed: string, entry: ScheduledFault, { region, kind }: FaultableRequest): boolean {
  const { fault, index, seen } = entry;
  const nth = seen.get(`${region} ${kind}`) ?? 0;
  seen.set(`${region} ${kind}`, nth + 1);
  if (randomFrom(seedOf(seed, 'fault', index, region, kind, nth))() >= (fault.share ?? 1)) return false;
  return fault.fault !== 'rate-limit' || !limitOf(entry, fault, region).take();
}

function limitOf(
  { limits }: ScheduledFault,
  { perSecond, burst }: { readonly perSecond: number; readonly burst?: number },
  region: string,
): RateLimit {
  const limit = limits.get(region) ?? createRateLimit(perSecond, burst ?? Math.max(1, perSecond));
  limits.set(region, limit);
  return limit;
}
