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
    // The level is coloured, which says something; a message in a colour of its own says nothing.
    customColors: { info: 'green', warn: 'yellow', error: 'red', message: 'reset' },
    // The name of an error is a field like any other, and stays in the line.
    errorLikeObjectKeys: [],
    messageFormat: (log, messageKey) => [log['slice'], log[messageKey]].filter(Boolean).join(': '),
  });
  return { write: (line: string) => write(prettify(line)) };
}
