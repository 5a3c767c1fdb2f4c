import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import { factsOf } from '../../schemas/kinds.ts';
import { some } from '../domain/show.ts';
import type { Slice } from '../domain/slice.ts';
import { asLedgerError, BadDataError, TokenRefusedError } from '../errors.ts';
import { followPages } from './pages.ts';
import type { SummarySource } from '../ports.ts';
import { type NoTotals, sumTotals, type Totals, totalsSlices } from './totals.ts';
import { createValidator } from './validate.ts';

export interface TotalsOptions {
  readonly slice: Slice;
  readonly observedAt: EpochMs;
  readonly openSource: (slice: Slice) => SummarySource;
  readonly maxPages: number;
  readonly signal: AbortSignal;
}

/**
 * Asks AWS for its own totals of a slice. That there are none is an answer, not a failure: nothing is thrown but the
 * signal's reason.
 */
export async function askTotals(options: TotalsOptions): Promise<Totals | NoTotals> {
  const reasons: string[] = [];
  for (const asked of totalsSlices(options.slice)) {
    const answer = await askOnce(asked, options);
    if (!('unavailable' in answer)) return answer;
    reasons.push(answer.unavailable);
    if (answer.final) break;
  }
  return { unavailable: reasons.join('; then ') };
}

/** `final`: asking in other words would be answered alike. */
async function askOnce(
  asked: Slice,
  options: TotalsOptions,
): Promise<Totals | (NoTotals & { readonly final?: boolean })> {
  try {
    return sumTotals(asked, await readRows(asked, options));
  } catch (thrown) {
    options.signal.throwIfAborted();
    const error = asLedgerError(thrown);
    const final = error.recovery === 'retry-later' && !(error instanceof TokenRefusedError);
    return { unavailable: error.message, final };
  }
}

async function readRows(asked: Slice, { observedAt, openSource, maxPages }: TotalsOptions) {
  const validate = createValidator(asked, observedAt);
  const rows: SummaryRow[] = [];
  for await (const items of followPages(factsOf(asked.kind).resultList, openSource(asked), { maxPages })) {
    for (const item of items) {
      const validation = validate(item);
      if (!validation.ok) throw new BadDataError(`AWS's totals: ${some(validation.problems)}`);
      rows.push(validation.row);
    }
  }
  return rows;
}
