import { prettyFactory } from 'pino-pretty';

export interface PrettyOptions {
  readonly colorize: boolean;
  /** Takes whole lines. */
  readonly write: (lines: string) => void;
}

/** Turns the log's lines of JSON into lines for people. */
export function prettyLog({ colorize, write }: PrettyOptions) {
  const prettify = prettyFactory({
    colorize,
    translateTime: 'HH:MM:ss',
    ignore: 'slice',
    singleLine: true,
    // The name of an error is a field like any other, and stays in the line.
    errorLikeObjectKeys: [],
    messageFormat: (log, messageKey) => [log['slice'], log[messageKey]].filter(Boolean).join(': '),
  });
  return { write: (line: string) => write(prettify(line)) };
}
