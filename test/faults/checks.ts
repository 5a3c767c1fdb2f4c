import { expect } from 'vitest';
import type { PullRecord } from '../../schemas/pull-record.ts';
import type { PullResult } from '../../schemas/pull-result.ts';
import { sha256 } from '../../src/domain/sha256.ts';
import { linesOf } from '../../src/ledger/records.ts';
import { type Expected, RACES } from './expectations.ts';
import { faultKinds } from './fault-kinds.ts';
import type { Injection } from './injection.ts';
import { isRaw, isRecord, type Objects } from './ledger-copies.ts';
import { ledgerIn, type Rehearsal } from './rehearsal.ts';

type Ledgers = Pick<Rehearsal, 'before' | 'after' | 'late'>;

/** Exit code, who acts, and a sentence that names the thing and what is wrong with it. */
export function checkResult(result: PullResult, injection: Injection, folder: string): void {
  const { exit, recovery, totals } = injection.expected;
  const [slice] = result.slices;
  const error = result.error ?? slice?.error;
  expect({ exit: result.exit_code, recovery: error?.recovery }, error?.message).toEqual({ exit, recovery });
  if (error) checkMessage(error.message, injection, folder);
  if (exit !== 0) return;
  expect(slice?.reconciled).toBe(totals);
  if (totals === 'unavailable') checkMessage(slice?.totals_unavailable ?? '', injection, folder);
}

const verbs: Readonly<Record<string, string>> = {
  GetObject: 'cannot read',
  PutObject: 'cannot write',
  ListObjectsV2: 'cannot list',
};

function checkMessage(message: string, { request, kind, expected }: Injection, folder: string): void {
  const [operation = '', thing = ''] = request.name.split(' ');
  const verb = verbs[operation];
  if (expected.race)
    expect(message).toBe(`${thing}: other writers came first ${RACES} times; try again later`);
  else if (verb) expect(message.slice(0, message.indexOf(': '))).toBe(`${verb} ${ledgerIn(folder)}/${thing}`);
  else expect(message).toMatch(/^ListCopyJobSummaries in eu-west-1: /);
  if (!expected.race) expect(message).toMatch(faultKinds[kind].says);
  if (expected.recovery === 'retry-later') expect(message).toMatch(/; try again later$/);
}

/** Each object is as it was or as it should be; a record that calls the pull good is there only when all are. */
export function checkRemains(found: Objects, ledgers: Ledgers, { exit }: Expected): void {
  const { before, after } = ledgers;
  const good = newRecords(found, before).filter(({ outcome }) => outcome === 'ok');
  expect([exit === 0 ? 1 : 0, 1]).toContain(good.length);
  if (good.length > 0) checkState(found, after, [after]);
  else checkState(found, before, [before, after]);
  checkLog(found, ledgers);
}

/** The ledger is the undisturbed one: what was right before is untouched, what was not is as of now. */
export function checkHealed(found: Objects, remains: Objects, ledgers: Ledgers): void {
  const { after, late } = ledgers;
  checkState(found, after, [after, late]);
  const right = [...stateOf(remains)].filter(([key, { bytes }]) => after.get(key)?.bytes.equals(bytes));
  for (const [key, { bytes }] of right) expect(found.get(key)?.bytes.equals(bytes), key).toBe(true);
  expect(newRecords(found, remains).map(({ outcome }) => outcome)).toEqual(['ok']);
  checkLog(found, ledgers);
}

/** What the ledger's readers read: partitions and the manifest. */
function stateOf(objects: Objects): Objects {
  return new Map([...objects].filter(([key]) => !isRaw(key) && !isRecord(key)));
}

/** Nothing of `least` is missing, and each object is as one of the given ledgers has it. */
function checkState(found: Objects, least: Objects, allowed: readonly Objects[]): void {
  const state = stateOf(found);
  expect([...state.keys()]).toEqual(expect.arrayContaining([...stateOf(least).keys()]));
  for (const [key, { bytes }] of state) {
    const good = allowed.some((ledger) => ledger.get(key)?.bytes.equals(bytes));
    expect(good, `${key} is neither as it was nor as it should be`).toBe(true);
  }
}

/** Records and raw pages: earlier ones are untouched, records are only added, raw pages are complete, what a good record says is so. */
function checkLog(found: Objects, ledgers: Ledgers): void {
  const { before, after, late } = ledgers;
  for (const [key, { bytes }] of before) {
    const kept = found.get(key)?.bytes;
    if (isRaw(key)) expect(kept?.equals(bytes), key).toBe(true);
    if (isRecord(key)) expect(kept?.subarray(0, bytes.length).equals(bytes), key).toBe(true);
  }
  const complete = [before, after, late].flatMap((ledger) =>
    [...ledger].filter(([key]) => isRaw(key)).map(([, { bytes }]) => sha256(bytes)),
  );
  for (const [key, { bytes }] of found) if (isRaw(key)) expect(complete, key).toContain(sha256(bytes));
  const newest = newRecords(found, before).at(-1);
  if (newest?.outcome === 'ok') checkRecord(found, newest);
}

function newRecords(found: Objects, before: Objects): PullRecord[] {
  return [...found]
    .filter(([key]) => isRecord(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, { bytes }]) => linesOf(bytes.subarray(before.get(key)?.bytes.length ?? 0)))
    .map((line) => JSON.parse(String(Buffer.from(line))) as PullRecord);
}

function checkRecord(found: Objects, { raw, raw_sha256, objects }: PullRecord): void {
  expect(objects.length).toBeGreaterThan(1);
  const recorded = [...objects, { partition: String(raw), sha256: raw_sha256 }];
  for (const { partition, sha256: hash } of recorded) {
    expect(sha256(found.get(partition)?.bytes ?? Buffer.alloc(0)), partition).toBe(hash);
  }
}
