import type { Slice } from '../domain/slice.ts';
import type { LedgerError } from '../errors.ts';
import type { EarlierPull } from '../ledger/history.ts';
import type { SliceSnapshot } from '../merge/days.ts';
import type { Published } from '../merge/publish.ts';
import type { Reading } from '../read/read-slice.ts';
import type { TotalsCheck } from '../read/read-reconciled.ts';
import type { Read } from './freshness.ts';
import type { SliceLog } from './slice-log.ts';
import type { EpochMs } from '../../schemas/columns.ts';

/** The pull of one slice, as far as it has come. A failure ends it, and it alone. */
export interface SlicePull {
  readonly slice: Slice;
  /** When the run began. */
  readonly startedAt: EpochMs;
  readonly log: SliceLog;
  /** The last good pull of the slice. */
  last?: EarlierPull | undefined;
  /** The newest attempt to read the slice, whether it came to the last page or not. It holds the raw pages. */
  reading?: Reading;
  totals?: TotalsCheck | undefined;
  /** What a usable reading showed as a whole. */
  read?: Read;
  /** What there is to publish; undefined while there is nothing, and when another pull has said it already. */
  snapshot?: SliceSnapshot | undefined;
  isSuperseded?: true;
  raw?: StoredRaw;
  published?: Published;
  error?: LedgerError;
}

/** The raw pages of a pull, as they lie in the ledger. */
export interface StoredRaw {
  readonly key: string;
  readonly sha256: string;
}
