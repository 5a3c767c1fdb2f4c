import { createPace, type Pace } from '../src/adapters/pace.ts';

/** The pace of each region, which all its slices share; none where no limit is wanted. */
export function regionPaces(
  perSecond: number | undefined,
  signal: AbortSignal,
): (region: string) => Pace | undefined {
  const paces = new Map<string, Pace>();
  return (region) => {
    if (perSecond === undefined) return undefined;
    const pace = paces.get(region) ?? createPace(perSecond, signal);
    paces.set(region, pace);
    return pace;
  };
}
