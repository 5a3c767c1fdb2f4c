import { createHash, createHmac } from 'node:crypto';
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

/** An opaque token for the position, good for requests with this binding only. */
export function sealToken(seed: string, binding: string, position: Position): string {
  const { offset, page, now, version } = position;
  const payload = Buffer.from(JSON.stringify([offset, page, now, version]));
  return Buffer.concat([sealOf(seed, binding, payload), payload]).toString('base64');
}

/** The position a token stands for. Throws InvalidParameterValueException for one that was not made for this binding. */
export function openToken(seed: string, binding: string, token: string): Position {
  const bytes = Buffer.from(token, 'base64');
  const payload = bytes.subarray(SEAL_BYTES);
  const genuine = sealOf(seed, binding, payload).equals(bytes.subarray(0, SEAL_BYTES));
  if (!genuine || bytes.toString('base64') !== token) throw tokenRefused();
  const [offset, page, now, version] = JSON.parse(payload.toString()) as [number, number, number, number];
  return { offset, page, now, version };
}

function sealOf(seed: string, binding: string, payload: Buffer): Buffer {
  return createHmac('sha256', createHash('sha256').update(seed).digest())
    .update(binding)
    .update(payload)
    .digest()
    .subarray(0, SEAL_BYTES);
}
