import type { EpochMs } from '../../schemas/columns.ts';
import type { AggregationPeriod, Filters, Kind } from '../../schemas/kinds.ts';
import type { SimulatedClock } from './world/clock.ts';
import type { Fault } from './faults/faults.ts';
import type { Observation } from './world/observer.ts';
import type { RequestLog } from './http/request-log.ts';
import type { SummaryItem } from './world/counted-rows.ts';
import type { World } from './world/world.ts';

export interface SimulatorOptions {
  /** Port on 127.0.0.1. Default: 0, any free one. */
  readonly port?: number;
  /** Equal seeds give equal worlds, byte for byte. Default: `1`. */
  readonly seed?: string | number;
  /** Accounts in the organisation. Default: a tenth of a day's rows, at least 5. */
  readonly accounts?: number;
  /**
   * The simulated time: an instant at which it stands until moved, or a source it follows. Default:
   * 2026-11-23T03:00:00Z.
   */
  readonly now?: EpochMs | (() => EpochMs);
  /** Milliseconds every answer takes at least. Default: 0. */
  readonly latencyMs?: number;
  /**
   * Rows, about, in the daily answer of one kind and region over 14 days, 10 to 1,000,000. Few accounts cannot make
   * many rows: one account makes at most some 57 (restore) to 228 (backup) a day. Default: 1,000.
   */
  readonly summaries?: number;
  /** Share of the jobs that are parents of one to three others, 0 to 1; the children come on top. Default: 0. */
  readonly composites?: number;
  /** How the world counts. Default: see `World`. */
  readonly world?: Partial<World>;
  /** What goes wrong from the start. Default: nothing. */
  readonly faults?: readonly Fault[];
  /** Share of accounts that join, leave or are hidden for a while around the clock's start. Default: 0. */
  readonly churn?: number;
}

/** A question to the simulator about its own answers. */
export interface TruthQuery {
  readonly kind: Kind;
  readonly region: string;
  /** As requested on the wire. Default: the one that gives the kind's daily rows for the whole history. */
  readonly period?: AggregationPeriod;
  /** Default: `ANY` for each. */
  readonly filters?: Partial<Filters>;
  /** Default: the clock's now. */
  readonly at?: EpochMs;
}

/** A running endpoint. */
export interface Simulator {
  /** `http://127.0.0.1:<port>`: the endpoint to give an SDK. */
  readonly url: string;
  readonly port: number;
  /** The organisation's accounts, 12 digits each. */
  readonly accounts: readonly string[];
  readonly clock: SimulatedClock;
  readonly world: {
    get(): World;
    /** Changes these settings, keeps the others. Throws InvalidSettingError. */
    set(change: Partial<World>): void;
  };
  /** Replaces all faults. Throws InvalidSettingError. */
  setFaults(faults: readonly Fault[]): void;
  clearFaults(): void;
  /** Those that can still happen. */
  faults(): readonly Fault[];
  /** The rows a faultless, complete pull would read: absences, window and settings included. */
  truth(query: TruthQuery): SummaryItem[];
  /** The true counts of one day at a time (default: now), without window, absences or zero rows. */
  observe(wanted: Omit<Observation, 'at'> & { readonly at?: EpochMs }): SummaryItem[];
  readonly requests: RequestLog;
  /** Ends every connection, hanging ones too. */
  close(): Promise<void>;
}
