import type { FaultEffect } from '../../src/simulator/index.ts';
import type { S3Fault } from '../fixtures/s3-server.ts';

/** What goes wrong with one request. */
export interface FaultKind {
  /** At S3; absent for what only AWS Backup answers. */
  readonly s3?: S3Fault;
  /** At AWS Backup; absent for what only S3 answers. */
  readonly backup?: FaultEffect;
  /** What the sentence for the person who acts says of it. */
  readonly says: RegExp;
  /** Only a timeout ends it. */
  readonly hangs?: boolean;
}

const UNREACHED = /: ECONNRESET: /;
const NO_ANSWER = /: ETIMEDOUT: /;

export const faultKinds = {
  '500': {
    s3: { status: 500, code: 'InternalError' },
    backup: { fault: 'unavailable', status: 500 },
    says: /InternalError|ServiceUnavailableException \(500\)/,
  },
  '503': {
    s3: { status: 503, code: 'SlowDown' },
    backup: { fault: 'unavailable', status: 503 },
    says: /SlowDown|ServiceUnavailableException \(503\)/,
  },
  throttled: { backup: { fault: 'throttling' }, says: /ThrottlingException \(400\)/ },
  '403': {
    s3: { status: 403, code: 'AccessDenied' },
    backup: { fault: 'access-denied' },
    says: /access denied|AccessDeniedException \(403\): .*; the caller needs backup:ListCopyJobSummaries/,
  },
  '404': {
    s3: { status: 404, code: 'NoSuchKey' },
    backup: { fault: 'error', status: 404, code: 'ResourceNotFoundException' },
    says: /NoSuchKey|ResourceNotFoundException \(404\)/,
  },
  'no bucket': {
    s3: { status: 404, code: 'NoSuchBucket' },
    says: /bucket \S+ does not exist: create it, or correct --ledger/,
  },
  '409': {
    s3: { status: 409, code: 'ConditionalRequestConflict' },
    backup: { fault: 'error', status: 409, code: 'ConflictException' },
    says: /ConditionalRequestConflict|ConflictException \(409\)/,
  },
  '412': {
    s3: { status: 412, code: 'PreconditionFailed' },
    backup: { fault: 'error', status: 412, code: 'PreconditionFailed' },
    says: /PreconditionFailed/,
  },
  reset: { s3: 'reset', backup: { fault: 'reset' }, says: UNREACHED },
  timeout: { s3: 'hang', backup: { fault: 'hang' }, says: NO_ANSWER, hangs: true },
  'broken off': { s3: 'truncate', backup: { fault: 'truncated-body' }, says: /./ },
  'done, then 500': { s3: { status: 500, code: 'InternalError', after: true }, says: /InternalError/ },
  'done, then 503': { s3: { status: 503, code: 'SlowDown', after: true }, says: /SlowDown/ },
  'done, then reset': { s3: 'reset-after', says: UNREACHED },
  'done, then timeout': { s3: 'hang-after', says: NO_ANSWER, hangs: true },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultKindName = keyof typeof faultKinds;
export const faultKindNames = Object.keys(faultKinds) as FaultKindName[];
