import { countJobs, countRows, type Counts, wrongJobs } from './counts.ts';
import type { Life } from './life.ts';
import { replaceWholeDays, upsertRows } from './naive.ts';

/** How a world went over all its lives. The rates are wrong jobs per 1000 true ones. */
export interface Verdict {
  readonly world: string;
  readonly bound: number;
  readonly pulls: number;
  readonly jobs: number;
  readonly ours: number;
  readonly replaceDays: number;
  readonly upsertRows: number;
}

export function judge(world: string, bound: number, lives: readonly Life[]): Verdict {
  const jobs = sum(lives, ({ observed }) => countJobs(observed));
  const rate = (countsOf: (life: Life) => Counts) =>
    (1000 * sum(lives, (life) => wrongJobs(countsOf(life), life.observed))) / jobs;
  return {
    world,
    bound,
    pulls: sum(lives, ({ pulled }) => pulled.length),
    jobs,
    ours: rate(({ ledger }) => ledger),
    replaceDays: rate(({ pulled }) => countRows(replaceWholeDays(pulled))),
    upsertRows: rate(({ pulled }) => countRows(upsertRows(pulled))),
  };
}

/** A line per world, as text. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const wide = Math.max(0, ...verdicts.map(({ world }) => world.length));
  const heading = 'wrong jobs per 1000'.padEnd(wide);
  const lines = verdicts.map(({ world, bound, pulls, jobs, ...rates }) =>
    [
      world.padEnd(wide),
      cell(pulls),
      cell(jobs),
      cell(rates.ours.toFixed(2)),
      cell(bound),
      cell(rates.replaceDays.toFixed(2)),
      cell(rates.upsertRows.toFixed(2)),
    ].join(''),
  );
  const names = ['pulls', 'jobs', 'ours', 'bound', 'replace', 'upsert'].map(cell).join('');
  return [heading + names, ...lines].map((line) => `${line}\n`).join('');
}

function cell(value: string | number): string {
  return String(value).padStart(9);
}

export function sum<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}
