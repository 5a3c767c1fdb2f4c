import type { Kind } from '../../../schemas/kinds.ts';
import type { JobDraw, JobSheet } from './job-sheet.ts';
import { drawJobs } from './jobs.ts';

/** Every job of the simulated timeline, drawn when first asked for. */
export interface JobTable {
  readonly accounts: readonly string[];
  /** The jobs created on a day, counted from the epoch. */
  sheet(kind: Kind, region: string, day: number): JobSheet;
  /** Bounds memory: days before this one are drawn again if they are ever asked for. */
  forgetBefore(kind: Kind, region: string, day: number): void;
}

export interface JobTableOptions extends Pick<JobDraw, 'seed' | 'rowsPerDay' | 'composites'> {
  readonly accounts: readonly string[];
}

export function createJobTable({ accounts, ...options }: JobTableOptions): JobTable {
  const tables = new Map<string, Map<number, JobSheet>>();
  const daysOf = (kind: Kind, region: string): Map<number, JobSheet> => {
    const jobs = tables.get(`${kind} ${region}`) ?? new Map<number, JobSheet>();
    tables.set(`${kind} ${region}`, jobs);
    return jobs;
  };
  return {
    accounts,
    sheet: (kind, region, day) => {
      const jobs = daysOf(kind, region);
      const sheet = jobs.get(day) ?? drawJobs({ ...options, region, kind, day, accounts: accounts.length });
      jobs.set(day, sheet);
      return sheet;
    },
    forgetBefore: (kind, region, first) => {
      const jobs = daysOf(kind, region);
      for (const day of jobs.keys()) if (day < first) jobs.delete(day);
    },
  };
}
