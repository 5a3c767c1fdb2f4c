import { concerns, type Fault, isBreaking, type PageContext } from './faults.ts';
import { randomFrom, seedOf } from '../world/random.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';

/** Decides which faults strike a request. */
export interface FaultDesk {
  set(faults: readonly Fault[]): void;
  active(): readonly Fault[];
  strike(request: Struck): readonly Fault[];
}

interface Posted {
  readonly fault: Fault;
  readonly index: number;
  left: number;
  /** Matching requests so far, by region and kind: what runs beside does not change a slice's luck. */
  readonly seen: Map<string, number>;
  readonly limits: Map<string, RateLimit>;
}

interface Struck extends PageContext {
  readonly hasToken: boolean;
  /** Whether a dimension is to be summed over. */
  readonly asksSums: boolean;
}

export function createFaultDesk(seed: string): FaultDesk {
  let posted: readonly Posted[] = [];
  return {
    set: (faults) => {
      for (const { limits } of posted) for (const limit of limits.values()) limit.stop();
      posted = faults.map(post);
    },
    active: () => posted.filter(({ left }) => left > 0).map(({ fault }) => fault),
    strike: (request) => {
      const struck: Fault[] = [];
      for (const each of posted) {
        if (!matches(each, request) || (isBreaking(each.fault) && struck.some(isBreaking))) continue;
        if (!isUnlucky(seed, each, request)) continue;
        each.left--;
        struck.push(each.fault);
      }
      return struck;
    },
  };
}

function post(fault: Fault, index: number): Posted {
  const left = fault.times ?? (fault.fault === 'expired-token' ? 1 : Infinity);
  return { fault, index, left, seen: new Map(), limits: new Map() };
}

function matches({ fault, left }: Posted, request: Struck): boolean {
  return (
    left > 0 &&
    (fault.region === undefined || fault.region === request.region) &&
    (fault.kind === undefined || fault.kind === request.kind) &&
    (fault.page === undefined || fault.page === request.page) &&
    concerns(fault, request) &&
    (fault.fault !== 'expired-token' || request.hasToken)
  );
}

function isUnlucky(seed: string, posted: Posted, { region, kind }: Struck): boolean {
  const { fault, index, seen } = posted;
  const nth = seen.get(`${region} ${kind}`) ?? 0;
  seen.set(`${region} ${kind}`, nth + 1);
  if (randomFrom(seedOf(seed, 'fault', index, region, kind, nth))() >= (fault.share ?? 1)) return false;
  return fault.fault !== 'rate-limit' || !limitOf(posted, fault, region).take();
}

function limitOf(
  { limits }: Posted,
  { perSecond, burst }: { readonly perSecond: number; readonly burst?: number },
  region: string,
): RateLimit {
  const limit = limits.get(region) ?? createRateLimit(perSecond, burst ?? Math.max(1, perSecond));
  limits.set(region, limit);
  return limit;
}
