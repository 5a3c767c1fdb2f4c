import type { EpochMs } from '../../../schemas/columns.ts';
import { DAY_MS } from '../../domain/day.ts';
import type { EpochSeconds } from './job-sheet.ts';
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

function isOf(absence: Absence, account: string): boolean {
  return absence.account === '*' || absence.account === account;
}

/** Whether an account's jobs show at a time. Without monitoring only the caller's own do, whose account is the first. */
export function isVisible(
  index: number,
  {
    accounts,
    absences,
    now,
    world,
  }: {
    readonly accounts: readonly string[];
    /** Those of the region. */
    readonly absences: readonly Absence[];
    readonly now: EpochSeconds;
    readonly world: { readonly monitoring: boolean };
  },
): boolean {
  if (index > 0 && !world.monitoring) return false;
  return !absences.some((absence) => isOf(absence, accounts[index]!) && covers(absence, now * 1000));
}

/** Jobs that were never created: by account index, the periods it was out of the organisation. */
export function departures(
  accounts: readonly string[],
  absences: readonly Absence[],
): ReadonlyMap<number, readonly Absence[]> {
  const left = absences.filter(({ why }) => why === 'left');
  if (left.length === 0) return new Map();
  return new Map(
    accounts
      .map((account, index) => [index, left.filter((absence) => isOf(absence, account))] as const)
      .filter(([, own]) => own.length > 0),
  );
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
