import type { EpochMs } from '../../schemas/columns.ts';
import { addMonths, monthOf } from '../domain/day.ts';
import { recordMonth } from '../ledger/records-key.ts';
import type { Scope, VerifyOptions } from './task.ts';

/**
 * The objects that belong to the months from a day on; of raw files those wanted. Records of the month before are read, too:
 * a pull may see days that are still to come.
 */
export function scopeOf({ since, raw }: Pick<VerifyOptions, 'since' | 'raw'>, now: EpochMs): Scope {
  const first = since === undefined ? undefined : monthOf(since);
  const recent = addMonths(recordMonth(now), -1);
  const firstRecords = first && addMonths(first, -1);
  return {
    first: firstRecords,
    partitions: (month) => first === undefined || month >= first,
    records: (month) => firstRecords === undefined || month >= firstRecords,
    raw(instant) {
      if (raw === 'none') return false;
      const month = recordMonth(instant);
      return (first === undefined || month >= first) && (raw === 'all' || month >= recent);
    },
  };
}
