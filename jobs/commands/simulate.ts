import type { SimulateConfig } from '../../src/cli/simulate.ts';
import { LedgerError, UsageError } from '../../src/errors.ts';
import {
  type Fault,
  InvalidSettingError,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/index.ts';

/** Serves until the signal says stop. A world that stands still is asked for with `--now`; else it follows our clock. */
export async function simulate(
  config: SimulateConfig,
  ready: (url: string) => void,
  stopped: AbortSignal,
): Promise<number> {
  const simulator = await startSimulator(optionsOf(config)).catch((error: unknown) => {
    if (error instanceof InvalidSettingError) throw new UsageError(error.problems);
    if (error instanceof Error && 'syscall' in error && error.syscall === 'listen')
      throw new LedgerError(
        'fix-config',
        `cannot listen on port ${config.port}: ${error.message}. Choose another with --port`,
        {
          cause: error,
        },
      );
    throw error;
  });
  ready(simulator.url);
  await new Promise<void>((resolve) => {
    stopped.addEventListener('abort', () => resolve(), { once: true });
  });
  await simulator.close();
  return 0;
}

function optionsOf(config: SimulateConfig): SimulatorOptions {
  const { port, seed, accounts, summaries, churn, composites, latency, window, now, faults } = config;
  return {
    port,
    seed,
    summaries,
    churn,
    composites,
    latencyMs: latency,
    now: now ?? (() => Date.now()),
    ...(accounts !== undefined && { accounts }),
    ...(faults !== undefined && { faults: faults as readonly Fault[] }),
    world: {
      countOn: config['count-on'],
      countJobs: config['count-jobs'],
      dayZone: config['day-zone'],
      window: windows[window],
      showToday: config['show-today'],
      zeroRows: config['zero-rows'],
      foreignRegionRows: config['foreign-region-rows'],
    },
  };
}

const windows = { '13': 13, '14': 14, '15': 15, rolling: 'rolling' } as const;
