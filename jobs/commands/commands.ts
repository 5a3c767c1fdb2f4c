import { checkCommand } from '../../src/cli/check.ts';
import { doctorCommand } from '../../src/cli/doctor.ts';
import { planCommand } from '../../src/cli/plan.ts';
import { pullCommand } from '../../src/cli/pull.ts';
import { queryCommand } from '../../src/cli/query.ts';
import { registerCommand } from '../../src/cli/register.ts';
import { reportCommand } from '../../src/cli/report.ts';
import { replayCommand } from '../../src/cli/replay.ts';
import { simulateCommand } from '../../src/cli/simulate.ts';
import { verifyCommand } from '../../src/cli/verify.ts';
import type { Command } from '../../src/cli/command.ts';
import type { LayOut } from '../../src/cli/ending.ts';

/** What only people see is loaded for them only. */
const layOut: LayOut = async (summary, look) =>
  (await import('../../src/adapters/terminal/summary-text.ts')).summaryText(summary, look);

/** Every command, and its work, which is loaded when it is asked for: `--help` should not wait for the SDK. */
export function allCommands(interrupted: AbortSignal): readonly Command[] {
  return [
    pullCommand(
      async (config, ending) => (await import('./pull.ts')).pull(config, interrupted, ending),
      layOut,
    ),
    planCommand(async (config) => (await import('../world/regions.ts')).findRegions(config, interrupted)),
    registerCommand({
      register: async (config, tell) => (await import('./register.ts')).register(config, tell, interrupted),
      statements: async (config) => (await import('./register.ts')).statements(config, interrupted),
    }),
    queryCommand({
      runQuery: async (config, sql, use) =>
        (await import('./query.ts')).runQuery(config, sql, use, interrupted),
      formatAs: async (format, answer, width) => (await import('./query.ts')).formatAs(format, answer, width),
      now: () => performance.now(),
      readSql: async (path) => (await import('./query.ts')).readSql(path),
    }),
    reportCommand(async (config) => (await import('./report.ts')).report(config, interrupted)),
    checkCommand(async (config) => (await import('./check.ts')).check(config, interrupted)),
    doctorCommand(async (config, tell) => (await import('./doctor.ts')).doctor(config, tell, interrupted)),
    replayCommand(
      async (config, ending) => (await import('./replay.ts')).replay(config, interrupted, ending),
      layOut,
    ),
    verifyCommand(async (config) => (await import('./verify.ts')).verify(config, interrupted)),
    simulateCommand(async (config, ready) =>
      (await import('./simulate.ts')).simulate(config, ready, interrupted),
    ),
  ];
}
