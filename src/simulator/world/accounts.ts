import type { EpochMs } from '../../../schemas/columns.ts';
import { DAY_MS } from '../../domain/day.ts';
import { between, randomFrom, seedOf } from './random.ts';

/** A period of simulated time in which an account is missing from answers. */
export interface Absence {
  /** 12 digits, or `*` for every account (a caller that lost its permission altogether). */
  readonly account: string;
  /** Only in answers of this region's endpoint. Default: in all. */
  readonly region?: string;
  /** First instant of the absence. Default: none, so that an account joins at `to`. */
  readonly from?: EpochMs;
  /** First instant after the absence. Default: none, so that it never returns. */
  readonly to?: EpochMs;
  /**
   * `hidden`: its jobs go on, and appear once it is visible again. `left`: it is not in the organisation, so it creates
   * no jobs either. Default: `hidden`.
   */
  readonly why?: 'left' | 'hidden';
}

// Coprime to 10^12, so that no two accounts meet.
const STRIDE = 618_033_988_749n;
const ACCOUNT_IDS = 1_000_000_000_000n;

/** The organisation's accounts. About one in ten begins with a zero. */
export function accountIds(seed: string, count: number): readonly string[] {
  const offset = BigInt(seedOf(seed, 'accounts'));
  return Array.from({ length: count }, (_, index) =>
    String((BigInt(index) * STRIDE + offset) % ACCOUNT_IDS).padStart(12, '0'),
  );
}

/** Whether an instant lies in an absence. */
export function covers(absence: Absence, instant: EpochMs): boolean {
  return instant >= (absence.from ?? -Infinity) && instant < (absence.to ?? Infinity);
}

/** The absences that concern a region's endpoint. */
export function absencesIn(region: string, absences: readonly Absence[]): readonly Absence[] {
  return absences.filter((absence) => absence.region === undefined || absence.region === region);
}

/**
 * Absences for a share of the accounts: a third each joins, leaves or is hidden for 1 to 10 days, some time between
 * 20 days before and 40 days after the clock's start.
 */
export function randomAbsences(
  seed: string,
  accounts: readonly string[],
  options: { readonly share: number; readonly start: EpochMs },
): readonly Absence[] {
  const random = randomFrom(seedOf(seed, 'churn'));
  return accounts
    .filter(() => random() < options.share)
    .map((account) => {
      const turn = options.start + Math.floor((random() * 60 - 20) * 24) * (DAY_MS / 24);
      const event = between(random, 0, 2);
      if (event === 0) return { account, to: turn, why: 'left' };
      if (event === 1) return { account, from: turn, why: 'left' };
      return { account, from: turn, to: turn + between(random, 1, 10) * DAY_MS, why: 'hidden' };
    });
}
