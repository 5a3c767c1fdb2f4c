import { fstatSync, writeSync } from 'node:fs';
import { type Out, showing } from '../../src/cli/command.ts';

/** The streams of the process. No other file of the command line names them. */

/** Safe for a terminal, whatever is said. */
export const stderr: Out = showing(process.stderr);

/** What colours and draws needs the terminal itself: the log and the progress display make safe what they show. */
export const display = process.stderr;

/** Where results go. `failed` is told of everything that keeps them from being written whole. */
export function openStdout(failed: (error: Error) => void): Out {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, such as `head`, is no failure.
    if (error.code !== 'EPIPE') failed(error);
  });
  return isFile(process.stdout.fd) ? fileOut(process.stdout.fd, failed) : process.stdout;
}

/** Resolves once all that was given to stdout has been taken. */
export function drained(stdout: Out): Promise<void> {
  return new Promise((resolve) => {
    stdout.write('', () => resolve());
  });
}

/** Node writes a piece into a file once, and does not look whether a disk that is nearly full took all of it. */
function fileOut(fd: number, failed: (error: Error) => void): Out {
  return {
    write(text, done) {
      try {
        for (let rest = Buffer.from(text); rest.length > 0; rest = rest.subarray(writeSync(fd, rest)));
        done?.();
      } catch (error) {
        failed(error as Error);
        done?.(error as Error);
      }
    },
  };
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
