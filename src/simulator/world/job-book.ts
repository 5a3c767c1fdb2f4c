import type { Kind } from '../../../schemas/kinds.ts';
import { drawJobs, type JobSheet } from './jobs.ts';

/** Every job of the simulated timeline, drawn when first asked for. */
export interface JobBook {
  readonly accounts: readonly string[];
  /** The jobs created on a day, counted from the epoch. */
  sheet(kind: Kind, region: string, day: number): JobSheet;
  /** Bounds memory: days before this one are drawn again if they are ever asked for. */
  forgetBefore(kind: Kind, region: string, day: number): void;
}

export interface JobBookOptions {
  readonly seed: string;
  readonly accounts: readonly string[];
  readonly rowsPerDay: number;
}

export function createJobBook(options: JobBookOptions): JobBook {
  const books = new Map<string, Map<number, JobSheet>>();
  const bookOf = (kind: Kind, region: string): Map<number, JobSheet> => {
    const book = books.get(`${kind} ${region}`) ?? new Map<number, JobSheet>();
    books.set(`${kind} ${region}`, book);
    return book;
  };
  return {
    accounts: options.accounts,
    sheet: (kind, region, day) => {
      const book = bookOf(kind, region);
      const { seed, rowsPerDay } = options;
      const sheet =
        book.get(day) ?? drawJobs({ seed, rowsPerDay, region, kind, day, accounts: options.accounts.length });
      book.set(day, sheet);
      return sheet;
    },
    forgetBefore: (kind, region, first) => {
      const book = bookOf(kind, region);
      for (const day of book.keys()) if (day < first) book.delete(day);
    },
  };
}
