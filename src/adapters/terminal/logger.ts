import { pino } from 'pino';
import type { SliceResult } from '../../../schemas/pull-result.ts';
import { sliceName } from '../../domain/slice.ts';
import { visibleInLine } from '../../domain/visible.ts';
import type { PullEvent, Report } from '../../ports.ts';

export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Takes whole lines of JSON. */
  readonly stream: { write(line: string): void };
}

export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** Logs what happens during a pull. */
  readonly report: Report;
}

export function createLogger({ level, stream }: LoggerOptions): Logger {
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return {
    info: (message) => log.info(visibleInLine(message)),
    warn: (message) => log.warn(visibleInLine(message)),
    error: (message) => log.error(visibleInLine(message)),
    report: (event) => {
      const { severity, message, fields } = lineOf(event);
      log[severity](shown({ slice: sliceName(event.slice), ...fields }), visibleInLine(message));
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function shown(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? visibleInLine(value) : value,
    ]),
  );
}

interface Line {
  readonly severity: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: Fields;
}

type LineOf<T> = (event: Extract<PullEvent, { readonly type: T }>) => Line;

const lines: { readonly [T in PullEvent['type']]: LineOf<T> } = {
  'slice-started': () => ({ severity: 'debug', message: 'started' }),
  page: ({ page, rows }) => ({ severity: 'debug', message: 'read a page', fields: { page, rows } }),
  retry: ({ attempt, reason }) => ({
    severity: 'warn',
    message: `try ${attempt} failed, will try again: ${reason}`,
  }),
  restart: ({ reason }) => ({ severity: 'warn', message: `beginning again from page one: ${reason}` }),
  note: ({ message }) => ({ severity: 'info', message }),
  warning: ({ message }) => ({ severity: 'warn', message }),
  'slice-finished': ({ result }) => finishedLine(result),
};

function lineOf<T extends PullEvent['type']>(event: Extract<PullEvent, { readonly type: T }>): Line {
  return lines[event.type](event);
}

function finishedLine({ pages, kept, accounts, partitions, error, outcome }: SliceResult): Line {
  if (error)
    return {
      severity: 'error',
      message: error.message,
      fields: { error: error.name, recovery: error.recovery },
    };
  return { severity: 'info', message: outcome, fields: { pages, rows: kept, accounts, ...partitions } };
}
