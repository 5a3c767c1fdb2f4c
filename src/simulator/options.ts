import type { EpochMs } from '../../schemas/columns.ts';
import { randomAbsences, accountIds } from './world/accounts.ts';
import { isAnything, numberFrom, problemsOf, wholeFrom } from './checks.ts';
import type { Fault } from './faults/faults.ts';
import { parseFaults, parseWorld, refuse } from './settings.ts';
import type { SimulatorOptions } from './simulator.ts';
import { defaultWorld, type World } from './world/world.ts';

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly port: number;
  readonly seed: string;
  readonly accounts: readonly string[];
  readonly now: EpochMs | (() => EpochMs);
  readonly latencyMs: number;
  readonly rowsPerDay: number;
  readonly composites: number;
  readonly world: World;
  readonly faults: readonly Fault[];
}

const DEFAULT_NOW = Date.UTC(2026, 10, 23, 3);
const DAYS = 14;

/** Throws InvalidSettingError with every problem. */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  refuse(problemsOf('', options, optionChecks));
  const { port = 0, now = DEFAULT_NOW, latencyMs = 0, summaries = 1000, composites = 0, churn = 0 } = options;
  const seed = String(options.seed ?? 1);
  const rowsPerDay = summaries / DAYS;
  const accounts = accountIds(seed, options.accounts ?? Math.max(5, Math.ceil(rowsPerDay / 10)));
  const start = typeof now === 'number' ? now : now();
  const absences = randomAbsences(seed, accounts, { share: churn, start });
  const world = { ...defaultWorld, absences, ...parseWorld(options.world ?? {}) };
  return {
    port,
    seed,
    accounts,
    now,
    latencyMs,
    rowsPerDay,
    composites,
    world,
    faults: parseFaults(options.faults ?? []),
  };
}

const optionChecks = {
  port: wholeFrom(0, 65_535),
  seed: (value: unknown) => (['string', 'number'].includes(typeof value) ? undefined : 'text or a number'),
  accounts: wholeFrom(1, 1_000_000),
  now: (value: unknown) =>
    typeof value === 'function' || Number.isFinite(value) ? undefined : 'epoch milliseconds or a function',
  latencyMs: numberFrom(0),
  summaries: wholeFrom(1, 1_000_000),
  composites: numberFrom(0, 1),
  churn: numberFrom(0, 1),
  world: isAnything,
  faults: isAnything,
};
