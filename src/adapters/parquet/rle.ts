/** Runs of one value are worth a run's header from this length on. */
const MIN_RUN = 8;
/** Values in one bit-packed group. */
const GROUP = 8;

/**
 * Parquet's hybrid of runs and bit-packed groups of eight, without a length before it: runs where a value stands eight times
 * and more, packed groups elsewhere.
 * Source: Parquet's Encodings, "Run Length Encoding / Bit-Packing Hybrid".
 *
 * @param bitWidth bits of each value, 1 to 24
 */
export function encodeHybrid(values: Uint32Array, bitWidth: number): Uint8Array {
  const bytes: number[] = [];
  let packedFrom = 0;
  let at = 0;
  const flushPacked = () => {
    if (packedFrom < at) pushPacked(bytes, values.subarray(packedFrom, at), bitWidth);
  };
  while (at < values.length) {
    const run = runLength(values, at);
    if (run < MIN_RUN) {
      at += GROUP;
      continue;
    }
    flushPacked();
    pushRun(bytes, { value: values[at] ?? 0, count: run, bitWidth });
    at += run;
    packedFrom = at;
  }
  flushPacked();
  return Uint8Array.from(bytes);
}

function runLength(values: Uint32Array, from: number): number {
  let end = from + 1;
  while (end < values.length && values[end] === values[from]) end += 1;
  return end - from;
}

function pushRun(
  bytes: number[],
  { value, count, bitWidth }: { readonly value: number; readonly count: number; readonly bitWidth: number },
): void {
  pushVarint(bytes, count << 1);
  for (let shift = 0; shift < bitWidth; shift += 8) bytes.push((value >>> shift) & 0xff);
}

/** Whole groups: what is missing at the end counts as 0, and readers stop at the number of values they know of. */
function pushPacked(bytes: number[], values: Uint32Array, bitWidth: number): void {
  const groups = Math.ceil(values.length / GROUP);
  pushVarint(bytes, (groups << 1) | 1);
  let bits = 0;
  let held = 0;
  for (let index = 0; index < groups * GROUP; index++) {
    held |= (values[index] ?? 0) << bits;
    bits += bitWidth;
    for (; bits >= 8; bits -= 8) {
      bytes.push(held & 0xff);
      held >>>= 8;
    }
  }
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
}
