/** Where values lie on an axis. */

export interface Scale {
  readonly ticks: readonly number[];
  readonly low: number;
  readonly high: number;
}

const STEPS = [1, 2, 5, 10];

/** Round ticks, about as many as wanted, that enclose the values; whole numbers only where `least` is 1. */
export function scaleOf(
  low: number,
  high: number,
  { wanted, least }: { readonly wanted: number; readonly least: number },
): Scale {
  const rough = Math.max((high - low) / wanted, least);
  const magnitude = 10 ** Math.floor(Math.log10(rough) + 1e-9);
  const step = magnitude * (STEPS.find((factor) => factor * magnitude >= rough - 1e-9) ?? 10);
  const [from, to] = [
    Math.floor(low / step + 1e-9),
    Math.max(Math.ceil(high / step - 1e-9), Math.floor(low / step) + 1),
  ];
  const ticks = Array.from({ length: to - from + 1 }, (_, at) =>
    Number(((from + at) * step).toPrecision(12)),
  );
  return { ticks, low: from * step, high: to * step };
}

/** Positions that get a label: the last, and others as far apart as a label is wide. */
export function labelled(length: number, mostLabels: number): number[] {
  const step = Math.max(1, Math.ceil(length / Math.max(1, mostLabels)));
  const positions: number[] = [];
  for (let at = length - 1; at >= 0; at -= step) positions.push(at);
  return positions.toReversed();
}
