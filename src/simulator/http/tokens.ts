import { createHash, createHmac } from 'node:crypto';
import type { Query } from '../world/count.ts';
import { tokenRefused } from '../errors.ts';
import type { EpochSeconds } from '../world/job-sheet.ts';

/** Where a paging sequence stands, and in which snapshot of the world. */
export interface Position {
  readonly offset: number;
  /** Pages count from 1. */
  readonly page: number;
  readonly now: EpochSeconds;
  readonly version: number;
}

const SEAL_BYTES = 12;

/** An opaque token for the position, good for this request only. Page size is not part of what binds it. */
export function sealToken(seed: string, query: Query, position: Position): string {
  const { offset, page, now, version } = position;
  const payload = Buffer.from(JSON.stringify([offset, page, now, version]));
  return Buffer.concat([sealOf(seed, query, payload), payload]).toString('base64');
}

/** The position a token stands for. Throws InvalidParameterValueException for one that was not made for this request. */
export function openToken(seed: string, query: Query, token: string): Position {
  const bytes = Buffer.from(token, 'base64');
  const payload = bytes.subarray(SEAL_BYTES);
  const genuine = sealOf(seed, query, payload).equals(bytes.subarray(0, SEAL_BYTES));
  if (!genuine || bytes.toString('base64') !== token) throw tokenRefused();
  const [offset, page, now, version] = JSON.parse(payload.toString()) as [number, number, number, number];
  return { offset, page, now, version };
}

function sealOf(seed: string, query: Query, payload: Buffer): Buffer {
  const filters = Object.entries(query.filters).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const bound = JSON.stringify([query.kind, query.region, query.period, filters]);
  return createHmac('sha256', createHash('sha256').update(seed).digest())
    .update(bound)
    .update(payload)
    .digest()
    .subarray(0, SEAL_BYTES);
}
