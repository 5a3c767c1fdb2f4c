import type { Target } from '../report-data.ts';

/** How a success rate stands against the target, from good to bad. */
export const bands = ['good', 'near', 'below', 'far'] as const;
export type Band = (typeof bands)[number];

/** Where nobody named a target, rates so near to the usual one are as usual. */
const USUAL_SWING = 0.005;
const NEAR = 0.01;
const FAR = 0.05;
/** Below what a printed tenth of a point shows. */
const ROUNDING = 1e-9;

/** Undefined where there is no rate or no target. */
export function bandOf(rate: number | undefined, { rate: target, by }: Target): Band | undefined {
  if (rate === undefined || target === null) return undefined;
  const missing = target - rate - ROUNDING;
  if (missing <= (by === 'median' ? USUAL_SWING : 0)) return 'good';
  return missing < NEAR ? 'near' : missing <= FAR ? 'below' : 'far';
}

/** What a band means, in a legend. */
export function bandWords(band: Band, { by }: Target): string {
  const words = {
    good: by === 'median' ? 'As usual or better' : 'On target',
    near: 'Less than 1 point below',
    below: '1 to 5 points below',
    far: 'More than 5 points below',
  };
  return words[band];
}
