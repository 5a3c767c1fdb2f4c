import type { CheckFinding, CheckResult } from '../../schemas/check-result.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { addDays, DAY_MS, type Day, daysBetween, startOfDay } from '../../src/domain/day.ts';
import { aSummary, type Summary } from '../fixtures/builders.ts';
import { runCliHere } from '../fixtures/cli.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** A ledger whose truth is known: what AWS shows of a day is what a story says of it. */

/** The jobs of one day, as AWS sends them. */
export type Story = (day: Day) => readonly Summary[];

/** Jobs of an account on a day; without any there is no row. */
export function jobs(
  day: Day,
  account: string,
  { completed = 0, failed = 0 }: { readonly completed?: number; readonly failed?: number },
  fields: Summary = {},
): Summary[] {
  const common = { day, AccountId: account };
  const failure = { State: 'FAILED', MessageCategory: 'AccessDenied' };
  return [
    aSummary({ ...common, Count: completed, ...fields }),
    aSummary({ ...common, ...failure, Count: failed, ...fields }),
  ].filter(({ Count }) => Number(Count) > 0);
}

export interface Pulls {
  /** The first day AWS ever had. Default: the oldest it shows at the last pull. */
  readonly first?: Day;
  readonly kind?: Kind;
  readonly region?: string;
}

export interface StoryTrial {
  readonly trial: Trial;
  /** Pulls in the night after the last day, and in as many nights before as it takes to see every day since the first. */
  pullTo(last: Day, story: Story, pulls?: Pulls): Promise<void>;
  /** Checks at the time of the newest pull. */
  check(...flags: readonly string[]): Promise<CheckResult>;
  /** The command line of a check, without its flags. */
  readonly args: () => string[];
}

/** Days AWS shows. */
const SHOWN = 14;
/** After midnight, in milliseconds. */
const NIGHTLY = 3.5 * 3_600_000;

export async function openStory(): Promise<StoryTrial> {
  const trial = await openTrial();
  const { simulator } = trial;

  async function pullAfter(night: Day, story: Story, { first = '', ...flags }: Pulls): Promise<void> {
    simulator.clock.set(startOfDay(night) + DAY_MS + NIGHTLY);
    const days = daysBetween(addDays(night, 1 - SHOWN), night).filter((day) => day >= first);
    simulator.setFaults([{ fault: 'raw', items: days.flatMap(story), replace: true }]);
    const { exit_code, slices } = await trial.pull({ reconcile: 'off', ...flags });
    if (exit_code !== 0) throw new Error(JSON.stringify(slices));
  }

  const args = () => {
    const now = new Date(simulator.clock.now()).toISOString();
    return ['check', '--ledger', trial.ledger, '--now', now, '--log-level', 'error'];
  };
  return {
    trial,
    args,
    async pullTo(last, story, pulls = {}) {
      const nights = [last];
      for (let night = last; pulls.first && addDays(night, 1 - SHOWN) > pulls.first;)
        nights.unshift((night = addDays(night, -SHOWN)));
      for (const night of nights) await pullAfter(night, story, pulls);
    },
    async check(...flags) {
      const { stdout, stderr } = await runCliHere([...args(), '--json', ...flags]);
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout) as CheckResult;
    },
  };
}

/** Findings by what they are of, with the number and what it was held against. */
export function told({ findings }: { readonly findings: readonly CheckFinding[] }): string[] {
  return findings.map(
    ({ code, place, value, compared_with: other }) => `${code} ${place}: ${value} against ${other}`,
  );
}
