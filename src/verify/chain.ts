import type { Month } from '../domain/day.ts';
import { sha256 } from '../domain/sha256.ts';
import type { AnyRecord } from '../ledger/pull-record.ts';
import { parseRecordInstant } from '../../schemas/pull-record.ts';

/** A line of a slice's records; the record is undefined where it cannot be read. */
export interface ChainLine {
  /** Where it lies: key of its object and number of the line. */
  readonly place: string;
  readonly hash: string;
  readonly record: AnyRecord | undefined;
}

/** The lines of one slice and month, in the order they lie. */
export interface ChainMonth {
  readonly month: Month;
  readonly lines: readonly ChainLine[];
}

export interface ChainBreak {
  readonly place: string;
  readonly message: string;
}

export function chainLine(place: string, line: Uint8Array, record: AnyRecord | undefined): ChainLine {
  return { place, hash: sha256(line), record };
}

/**
 * Where a slice's lines do not follow each other: a line was changed, removed, moved or added. `isWhole`: whether the first
 * month given is the slice's first.
 */
export function chainBreaks(months: readonly ChainMonth[], isWhole: boolean): ChainBreak[] {
  const inOrder = months.toSorted((a, b) => (a.month < b.month ? -1 : 1));
  return inOrder.flatMap(({ lines }, index) => {
    const before = inOrder[index - 1];
    return [...firstLineBreaks(lines[0], before, isWhole || index > 0), ...breaksWithin(lines)];
  });
}

function breaksWithin(lines: readonly ChainLine[]): ChainBreak[] {
  return lines.flatMap((line, index) => {
    const before = lines[index - 1];
    return before && line.record && line.record.previous_sha256 !== before.hash
      ? [broken(line, `line ${index}`)]
      : [];
  });
}

/** A pull that began in the old month may be recorded there after the first one of the new month. */
function firstLineBreaks(
  first: ChainLine | undefined,
  before: ChainMonth | undefined,
  isKnown: boolean,
): ChainBreak[] {
  if (!first?.record || !isKnown) return [];
  const { previous_sha256: previous } = first.record;
  if (!before) return previous === null ? [] : [broken(first, 'any line: those before it are gone')];
  const at = before.lines.findIndex(({ hash }) => hash === previous);
  const late = before.lines.slice(at + 1);
  const wereLate = at >= 0 && late.every(({ record }) => isAfter(record, first.record));
  return wereLate ? [] : [broken(first, `the last line of ${before.month}`)];
}

function isAfter(record: AnyRecord | undefined, other: AnyRecord | undefined): boolean {
  if (!record || !other) return false;
  return parseRecordInstant(record.finished_at) >= parseRecordInstant(other.finished_at);
}

function broken({ place }: ChainLine, what: string): ChainBreak {
  return {
    place,
    message: `it does not follow ${what}: a line was changed, removed, moved or added. Restore the object from an older version or a copy`,
  };
}
