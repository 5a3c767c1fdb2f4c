import pMap from 'p-map';
import type { SliceFailure, SliceOutcome } from '../domain/slice-outcome.ts';
import type { Settings } from '../config/resolve.ts';
import type { LedgerPlace } from '../config/values.ts';
import { LedgerError, LostRaceError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import { parseResults } from './results.ts';

/**
 * What the steps of a run leave for each other. A state machine carries no more than 256 KiB from step to step, so it carries
 * the run's name and the slices' numbers, and the rest are objects in a place of its own beside the ledger.
 */

/** A slice that is to be pulled: its name, and the flags that make `pull` run just this one. */
export interface PlannedPull {
  readonly name: string;
  readonly flags: Settings;
}

/** Beside the ledger, not in it: a ledger has no such files. Undefined where there is no room beside it. */
export function workPlace(ledger: LedgerPlace): Extract<LedgerPlace, { type: 's3' }> | undefined {
  if (ledger.type !== 's3' || ledger.prefix === '') return undefined;
  return { ...ledger, prefix: `${ledger.prefix}-work` };
}

/** Slices in one object of the plan: each pull reads the one that it stands in. */
export const SLICES_PER_FILE = 100;
const CONCURRENCY = 32;

export async function writePlan(
  store: ObjectStore,
  run: string,
  { slices, isPart }: { readonly slices: readonly PlannedPull[]; readonly isPart: boolean },
): Promise<void> {
  await replace(store, scopeOf(run), { is_part: isPart });
  const files = Array.from({ length: Math.ceil(slices.length / SLICES_PER_FILE) }, (_, file) => file);
  await pMap(
    files,
    (file) =>
      replace(store, planKey(run, file), slices.slice(file * SLICES_PER_FILE, (file + 1) * SLICES_PER_FILE)),
    { concurrency: CONCURRENCY },
  );
}

/** Throws `LedgerError` when there is no such slice in the plan. */
export async function readPlanned(store: ObjectStore, run: string, slice: number): Promise<PlannedPull> {
  const file = await readJson<readonly PlannedPull[]>(
    store,
    planKey(run, Math.floor(slice / SLICES_PER_FILE)),
  );
  const planned = file?.[slice % SLICES_PER_FILE];
  if (planned) return planned;
  throw new LedgerError('fix-config', `run ${run} has no plan with a slice ${slice}: start a new run`);
}

/** The last result of a slice is the one that counts. */
export function writeResult(
  store: ObjectStore,
  run: string,
  slice: number,
  result: { readonly slices: readonly SliceOutcome[] } | SliceFailure,
): Promise<void> {
  return replace(store, `${resultsOf(run)}${String(slice).padStart(6, '0')}.json`, result);
}

/** All that is known of a run. */
export interface RunRecord {
  /** Names of the slices, in the order of the plan. */
  readonly planned: readonly string[];
  readonly outcomes: readonly SliceOutcome[];
  readonly failures: readonly SliceFailure[];
  /** Whether some of what is pulled daily was left out on purpose. */
  readonly isPart: boolean;
}

/** Throws `LedgerError` when there is no such run, or a result is none. */
export async function readRun(store: ObjectStore, run: string): Promise<RunRecord> {
  const plan = await readAll<readonly PlannedPull[]>(store, plansOf(run));
  const planned = plan.flat().map(({ name }) => name);
  if (planned.length === 0) throw new LedgerError('fix-config', `run ${run} has no plan: start a new run`);
  const parsed = parseResults(await readAll<Settings>(store, resultsOf(run)));
  if ('problems' in parsed) throw new LedgerError('report-bug', parsed.problems.join('\n'));
  const scope = await readJson<{ readonly is_part: boolean }>(store, scopeOf(run));
  return { planned, ...parsed, isPart: scope?.is_part ?? false };
}

/** Leaves what a person may want to read of a run, and returns its key. */
export async function writeSummary(store: ObjectStore, run: string, summary: object): Promise<string> {
  const key = `runs/${run}/summary.json`;
  await replace(store, key, summary);
  return key;
}

const scopeOf = (run: string) => `runs/${run}/scope.json`;
const plansOf = (run: string) => `runs/${run}/plan/`;
const resultsOf = (run: string) => `runs/${run}/results/`;

function planKey(run: string, file: number): string {
  return `${plansOf(run)}${String(file).padStart(5, '0')}.json`;
}

async function readAll<T>(store: ObjectStore, prefix: string): Promise<T[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  const documents = await pMap(keys, (key) => readJson<T>(store, key), { concurrency: CONCURRENCY });
  return documents.filter((document) => document !== undefined);
}

export async function readJson<T>(store: ObjectStore, key: string): Promise<T | undefined> {
  const stored = await store.get(key);
  return stored && (documentIn(stored.bytes) as T);
}

/** Whatever is there: a step that is tried again leaves what it found last. */
export async function replace(store: ObjectStore, key: string, document: unknown): Promise<void> {
  const { written } = await store.put(key, bytesOf(document), { ifAbsent: true });
  if (!written) await change(store, key, () => document);
}

const MAX_TRIES = 5;

/** Makes of what is there what should be, also where somebody else does the same. Throws `LostRaceError`. */
export async function change<T>(store: ObjectStore, key: string, changed: (found: unknown) => T): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const found = await store.get(key);
    const document = changed(found && documentIn(found.bytes));
    const condition = found ? { ifVersion: found.version } : { ifAbsent: true as const };
    const { written } = await store.put(key, bytesOf(document), condition);
    if (written) return document;
    if (tries === MAX_TRIES) throw new LostRaceError(key, tries);
  }
}

function bytesOf(document: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(document)}\n`);
}

function documentIn(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
