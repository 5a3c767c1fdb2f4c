import type { Flags } from '../config/flag.ts';
import type { Sources } from '../config/resolve.ts';
import { visible } from '../domain/visible.ts';

/** One command of the command line. The work it does is handed in when it is made. */
export interface Command {
  readonly name: string;
  readonly describe: string;
  /** The flag that may also be given as a bare word after the command. */
  readonly positional?: string;
  readonly flags: Flags;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Returns the exit code. Throws `UsageError` with every problem of the sources. */
  run(sources: Sources, io: Io): Promise<number>;
}

/** The streams of the process. Results go to stdout, everything else to stderr. */
export interface Streams {
  readonly stdout: Out;
  readonly stderr: Out;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a command writes on: what others say cannot steer a terminal, not even one behind a pipe. */
export interface Io extends Streams {
  /** stdout for values that programs read: in a file or pipe they stay as they are. */
  readonly data: Out;
  /** The streams as they are, for what colours: whoever made it has written out what would steer a terminal. */
  readonly painted: Pick<Streams, 'stdout' | 'stderr'>;
}

export function safely(streams: Streams): Io {
  const stdout = showing(streams.stdout);
  const data = stdout.isTTY ? stdout : streams.stdout;
  return { ...streams, stdout, data, stderr: showing(streams.stderr), painted: streams };
}

/** A stream on which what would steer a terminal is written out. */
export function showing(out: Out): Out {
  return {
    ...(out.isTTY !== undefined && { isTTY: out.isTTY }),
    ...(out.columns !== undefined && { columns: out.columns }),
    write: (text, done) => out.write(visible(text), done),
  };
}

/** Whether colours help whoever looks. See https://no-color.org. */
export function wantsColour({ isTTY }: Pick<Out, 'isTTY'>, env: Streams['env']): boolean {
  return isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

export interface Out {
  /** Calls `done` once the text has been taken, or cannot be. */
  write(text: string, done?: (error?: Error | null) => void): unknown;
  /** Whether a person is looking. */
  readonly isTTY?: boolean;
  /** Characters in a line of the terminal. */
  readonly columns?: number;
}
