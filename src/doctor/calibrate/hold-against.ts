import type { DayEvidence, Misfit } from '../../../schemas/calibration.ts';
import type { EpochMs, SummaryRow } from '../../../schemas/columns.ts';
import type { Slice } from '../../domain/slice.ts';
import { compareDays } from './compare.ts';
import { evidenceOf } from './evidence.ts';
import type { AccountsList } from './list-accounts.ts';
import { misfitsIn, type Shortfall, shortfallIn } from './misfits.ts';
import { closedDays, regionTime } from './region-time.ts';
import { summaryCounts } from './summary-counts.ts';

/** What was read of a slice. */
export interface Readings {
  readonly slice: Pick<Slice, 'kind' | 'region'>;
  /** When the first reading began. */
  readonly observedAt: EpochMs;
  /** The rows before and after the list was read. */
  readonly before: readonly SummaryRow[];
  readonly after: readonly SummaryRow[];
  readonly list: Pick<AccountsList, 'accounts' | 'jobs'>;
}

/** What summaries and list say together. */
export interface Held {
  readonly evidence: readonly DayEvidence[];
  readonly movedCells: number;
  readonly misfits: readonly Misfit[];
  /** Undefined where some hypothesis finds as many jobs in the list as the summaries count. */
  readonly shortfall: Shortfall | undefined;
}

/** Holds a slice's summaries against its list of jobs, day by day. */
export function holdAgainst({ slice, observedAt, before, after, list }: Readings): Held {
  const { kind, region } = slice;
  const time = regionTime(region);
  const accounts = list.accounts === 'own' ? new Set(list.jobs.map(({ account }) => account)) : undefined;
  const [first, second] = [before, after].map((rows) => summaryCounts(rows, { kind, time, accounts }));
  const task = {
    kind,
    time,
    days: closedDays(first!.keys(), observedAt),
    before: first!,
    after: second!,
    jobs: list.jobs,
  };
  const days = compareDays(task);
  return {
    evidence: days.map((day) => evidenceOf(day, { time, observedAt })),
    movedCells: days.reduce((sum, { moved }) => sum + moved.size, 0),
    misfits: misfitsIn(kind, days),
    shortfall: shortfallIn(kind, days),
  };
}
