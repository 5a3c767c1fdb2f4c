import type { outputFlags } from '../config/flags.ts';
import type { Values } from '../config/resolve.ts';
import type { Look, Summary } from '../domain/summary.ts';
import { type Io, type Out, wantsColour } from './command.ts';

/** How a command ends: with one line of JSON for programs, and with a summary for a person. */

type EndingConfig = Values<typeof outputFlags> & { readonly json: boolean };

export interface Ending {
  readonly printsJson: boolean;
  readonly summaryOn: 'stdout' | 'stderr' | undefined;
  /** The summary says how each part ended: a log beside it would say so twice. */
  readonly spareLog: boolean;
}

/** Lays a summary out as text. */
export type LayOut = (summary: Summary, look: Look) => Promise<string>;

/**
 * The line goes where programs read, and where it is asked for. Else a person reads the summary: on stdout if that is a
 * terminal, beside the log if that is written for people.
 */
export function endingOf(config: EndingConfig, { stdout, stderr }: Io): Ending {
  const isPretty = isPrettyLog(config, stderr);
  if (config.json) return { printsJson: true, summaryOn: undefined, spareLog: false };
  if (stdout.isTTY)
    return { printsJson: false, summaryOn: 'stdout', spareLog: isPretty && stderr.isTTY === true };
  const isWanted = isPretty && ['trace', 'debug', 'info'].includes(config['log-level']);
  return { printsJson: true, summaryOn: isWanted ? 'stderr' : undefined, spareLog: isWanted };
}

/** Whether the log is written for people. */
export function isPrettyLog(
  config: Pick<EndingConfig, 'log-format'>,
  { isTTY }: Pick<Out, 'isTTY'>,
): boolean {
  return (config['log-format'] ?? (isTTY ? 'pretty' : 'json')) === 'pretty';
}

/** Prints a result as its command ends. */
export async function printResult(
  result: unknown,
  { printsJson, summaryOn }: Ending,
  { io, layOut, summary }: { readonly io: Io; readonly layOut: LayOut; readonly summary: () => Summary },
): Promise<void> {
  if (printsJson) io.stdout.write(`${JSON.stringify(result)}\n`);
  if (!summaryOn) return;
  const out = io.painted[summaryOn];
  out.write(await layOut(summary(), { width: out.columns, colour: wantsColour(out, io.env) }));
}
