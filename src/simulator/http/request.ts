import type { Kind } from '../../../schemas/kinds.ts';
import { REGION_PATTERN } from '../../domain/slice.ts';
import { AwsError, invalidParameter } from '../errors.ts';
import type { RequestSubject } from '../faults/faults.ts';
import type { JobTable } from '../world/job-table.ts';
import type { Moment } from '../world/count.ts';
import type { Items } from '../world/snapshots.ts';
import type { World } from '../world/world.ts';

/** The state of the simulated world that an answer is of. */
export interface WorldState extends Moment {
  readonly jobs: JobTable;
}

/** A request for one page of a list, understood. */
export interface PagedRequest<T> {
  readonly kind: Kind;
  readonly region: string;
  readonly maxResults: number;
  readonly token: string | undefined;
  readonly subject: RequestSubject;
  /** What its tokens are good for; page size is no part of it. */
  readonly binding: string;
  /** Seconds by which answers are behind. */
  lagIn(world: World): number;
  /** Every item of the answer, all pages. Throws what AWS refuses. */
  itemsAt(state: WorldState): Items<T>;
  textOf(item: object): string;
  /** The page's text around its items. */
  bodyOf(items: string, token: string | undefined): string;
}

/** The region of a SigV4 credential scope. Throws as AWS does when there is none. */
export function regionOf(authorization: string | undefined): string {
  const [, region] = /Credential=[^/,\s]+\/\d{8}\/([^/,\s]+)\//.exec(authorization ?? '') ?? [];
  if (authorization === undefined) {
    throw new AwsError('MissingAuthenticationTokenException', 403, {
      message: 'Missing Authentication Token',
    });
  }
  if (region === undefined || !REGION_PATTERN.test(region)) {
    throw new AwsError('IncompleteSignatureException', 403, {
      message: 'Authorization header has no credential scope that names a region',
    });
  }
  return region;
}

/** The access key ID a request was signed with; undefined when it was not. */
export function accessKeyOf(authorization = ''): string | undefined {
  return /Credential=([^/,\s]+)\//.exec(authorization)?.[1];
}

/** Items a page, from 1 to `max`, which is also the default. */
export function parseMaxResults(text: string | null, max: number): number {
  const value = Number(text ?? max);
  if ((text !== null && !/^\d+$/.test(text)) || value < 1 || value > max) {
    throw invalidParameter(`Invalid MaxResults: ${text} is not from 1 to ${max}`);
  }
  return value;
}
