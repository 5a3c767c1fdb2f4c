import { simulateFlags } from '../config/flags.ts';
import { resolveFlags, type Values } from '../config/resolve.ts';
import { UsageError } from '../errors.ts';
import type { Command, Io } from './command.ts';

export type SimulateConfig = Values<typeof simulateFlags>;

/** Runs the endpoint until the process is told to stop; `ready` is given its URL. Returns the exit code. */
export type RunSimulator = (config: SimulateConfig, ready: (url: string) => void) => Promise<number>;

export function simulateCommand(runSimulator: RunSimulator): Command {
  return {
    name: 'simulate',
    describe: 'a local AWS Backup summaries endpoint for trials and tests; prints its URL',
    flags: simulateFlags,
    examples: [
      ['$0 simulate --port 4010', 'then: export AWS_ENDPOINT_URL_BACKUP=http://127.0.0.1:4010'],
      ['$0 simulate --window rolling --show-today', 'another guess at how AWS counts'],
      [`$0 simulate --faults '[{"fault":"throttling","share":0.3}]'`, 'a bad day'],
    ],
    async run(sources, io) {
      const { values, problems } = resolveFlags(simulateFlags, sources);
      if (problems.length > 0) throw new UsageError(problems);
      return runSimulator(values, (url) => sayHow(url, io));
    },
  };
}

function sayHow(url: string, { stdout, stderr }: Io): void {
  stdout.write(`${url}\n`);
  stderr.write(
    `AWS_ENDPOINT_URL_BACKUP=${url} lets any AWS SDK or CLI ask this world; ${url}/_simulator shows and changes it\n`,
  );
}
