import { factsOf, type Kind } from '../../../schemas/kinds.ts';
import { TokenRefusedError } from '../../errors.ts';
import type { PageSource } from '../../ports.ts';
import { followPages } from '../../read/pages.ts';
import { MAX_RESTARTS } from '../../read/read-slice.ts';
import { jobReader, type ListedJob } from './listed-job.ts';

/** A kind's list of jobs, read to its last page. */
export interface JobList {
  readonly pages: number;
  /** Each once. */
  readonly jobs: readonly ListedJob[];
  /** Jobs that came twice: the last one is kept. */
  readonly repeated: number;
  /** Items that are no jobs. */
  readonly unusable: number;
}

/**
 * Reads a list, from the start again when AWS refuses a NextToken. Throws what the source throws, `PaginationLoopError`,
 * `TooManyPagesError`, `BadDataError`.
 */
export async function listJobs(
  kind: Kind,
  source: PageSource,
  options: { readonly maxPages: number },
): Promise<JobList> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await listOnce(kind, source, options);
    } catch (error) {
      if (!(error instanceof TokenRefusedError) || restarts === MAX_RESTARTS) throw error;
    }
  }
}

async function listOnce(
  kind: Kind,
  source: PageSource,
  options: { readonly maxPages: number },
): Promise<JobList> {
  const read = jobReader(kind);
  const jobs = new Map<string, ListedJob>();
  const counts = { pages: 0, repeated: 0, unusable: 0 };
  for await (const items of followPages(factsOf(kind).jobList.resultList, source, options)) {
    counts.pages += 1;
    for (const item of items) {
      const job = read(item);
      if (!job) counts.unusable += 1;
      else if (jobs.has(job.id)) counts.repeated += 1;
      if (job) jobs.set(job.id, job);
    }
  }
  return { ...counts, jobs: markParents([...jobs.values()]) };
}

/** Whoever has a child is a parent, also where the list does not say so. */
function markParents(jobs: readonly ListedJob[]): ListedJob[] {
  const parents = new Set(jobs.map(({ parentId }) => parentId));
  return jobs.map((job) => (job.isParent || !parents.has(job.id) ? job : { ...job, isParent: true }));
}
