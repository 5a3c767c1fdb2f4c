import { factsOf, type Kind, kindNames } from '../../../schemas/kinds.ts';
import { parseJobList } from './job-lists.ts';
import type { PagedRequest } from './request.ts';
import { parseSummaries } from './summaries.ts';

/** One of AWS's operations. */
export interface Operation {
  readonly kind: Kind;
  /** AWS's name of it. */
  readonly name: string;
  readonly parse: (region: string, parameters: URLSearchParams) => PagedRequest<object>;
}

const operations: ReadonlyMap<string, Operation> = new Map(
  kindNames.flatMap((kind) => {
    const { operation, path, jobList } = factsOf(kind);
    const summaries: Operation = {
      kind,
      name: operation,
      parse: (region, parameters) => parseSummaries(kind, region, parameters),
    };
    const jobs: Operation = {
      kind,
      name: jobList.operation,
      parse: (region, parameters) => parseJobList(kind, region, parameters),
    };
    return [
      [path, summaries],
      [jobList.path, jobs],
    ] as const;
  }),
);

/** The operation at a path, with or without a slash at its end: the API reference writes one, the SDK does not. */
export function operationAt(path: string): Operation | undefined {
  return operations.get(path.replace(/(?<=.)\/$/, ''));
}
