import yargs, { type Argv } from 'yargs';
import type { Flag } from '../config/flag.ts';
import { type ReadFile, type Settings, unknownVariables } from '../config/resolve.ts';
import { asLedgerError, exitCodeOf, UsageError } from '../errors.ts';
import { type Command, type Io, safely, type Streams } from './command.ts';

export interface Cli {
  readonly commands: readonly Command[];
  readonly version: string;
  /** Reads a file that a flag names, as text. */
  readonly readFile: ReadFile;
}

/**
 * Runs the command line and returns the exit code. Nothing is thrown: a user's mistake is told in plain sentences,
 * and a stack trace is for bugs alone.
 */
export async function runCli(args: readonly string[], cli: Cli, streams: Streams): Promise<number> {
  const io = safely(streams);
  try {
    const chosen = await choose(args, cli, io);
    if (!chosen) return 0;
    const { command, settings } = chosen;
    for (const said of unknownVariables(io.env)) io.stderr.write(`warning: ${said}\n`);
    const { readFile } = cli;
    return await command.run({ argv: settings, env: io.env, readFile, ...readConfig(settings, cli, io) }, io);
  } catch (thrown) {
    return explain(thrown, io);
  }
}

interface Chosen {
  readonly command: Command;
  readonly settings: Settings;
}

/** Lets yargs parse the syntax; values are judged later, all at once. Undefined when help or version was asked for. */
async function choose(
  args: readonly string[],
  { commands, version }: Cli,
  io: Io,
): Promise<Chosen | undefined> {
  let chosen: Chosen | undefined;
  const parser = yargs()
    .scriptName('backup-ledger')
    .usage(
      '$0 <command> [flags]\n\nKeeps AWS Backup job summaries for ever, exactly once, as Parquet for Athena.',
    )
    .parserConfiguration({
      // `--no-raw` is a flag of its own, not a way to say `--raw false`.
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .exitProcess(false)
    // Its words would be translated, ours would not.
    .detectLocale(false)
    .strictCommands()
    .recommendCommands()
    .demandCommand(1, 'expected a command')
    .version(version)
    .alias({ help: 'h', version: 'v' })
    .epilogue(EXIT_CODES)
    .wrap(Math.min(MAX_WIDTH, io.stdout.columns ?? MAX_WIDTH))
    .completion('completion', 'print a script for bash or zsh that completes commands and flags')
    .fail((message, error) => {
      throw error instanceof Error ? error : new UsageError([message]);
    });
  for (const command of commands) {
    parser.command(
      command.positional === undefined ? command.name : `${command.name} [${command.positional}]`,
      command.describe,
      (builder) => describeFlags(builder, command),
      ({ _: words, $0: script, ...settings }) => {
        const extra = words.slice(1);
        if (extra.length > 0)
          throw new UsageError([
            command.positional === undefined
              ? `expected flags only, got ${extra.join(' ')}; see ${script} --help`
              : `${command.positional}: expected one text, got ${extra.length + 1} words: put the ${command.positional.toUpperCase()} in quotes`,
          ]);
        chosen = { command, settings };
      },
    );
  }
  await parser.parseAsync(asTyped(args), {}, (_error, _argv, output) => {
    if (output) io.stdout.write(`${output}\n`);
  });
  return chosen;
}

/** yargs would take the `-` of `--file -` for a word of its own, and SQL that begins with a comment for a flag. */
function asTyped(args: readonly string[]): string[] {
  const typed: string[] = [];
  for (const arg of args) {
    const flag = typed.at(-1);
    if (arg === '-' && flag && /^--[\w-]+$/.test(flag)) typed.splice(-1, 1, `${flag}=-`);
    else typed.push(/^--\s/.test(arg) ? `\n${arg}` : arg);
  }
  return typed;
}

/** Longer lines are hard to read, however wide the terminal. */
const MAX_WIDTH = 100;

const EXIT_CODES =
  'Every flag is also an environment variable (--page-size: BACKUP_LEDGER_PAGE_SIZE) and a key of the --config file.\n' +
  'Exit codes: 0 ok, 64 wrong usage, 65 bad data, 70 a bug, 75 try again later, 78 configuration or permission, ' +
  '130 or 143 interrupted; of check also 1, something was found.';

function describeFlags(builder: Argv, command: Command): Argv {
  for (const [name, flag] of Object.entries(command.flags)) {
    const { group, describe } = flag;
    // A switch has no type here: yargs would take a mistyped value for false.
    const shape = {
      list: { type: 'array', string: true },
      value: { string: true },
      switch: {},
    } as const;
    const option = { ...shape[flag.shape], describe: describe + choicesOf(flag) + defaultOf(flag) };
    if (name === command.positional) builder.positional(name, { ...option, type: 'string' });
    else builder.option(name, { ...option, group });
  }
  for (const [example, what] of command.examples) builder.example(example, what);
  // A word too many is told by what the command expects.
  return builder.epilogue(EXIT_CODES).strictCommands(false);
}

/** The words a flag takes, where the description does not name them. */
function choicesOf(flag: Flag): string {
  if (flag.shape === 'switch') return '';
  const parsed = flag.parse('');
  const [, list = ''] = ('expected' in parsed && /^one of (.+)$/.exec(parsed.expected)) || [];
  const isNamed = list.split(', ').every((word) => flag.describe.includes(word));
  return isNamed ? '' : `: ${list}`;
}

function defaultOf(flag: Flag): string {
  return flag.shape === 'switch' || flag.default === undefined ? '' : ` [default: ${flag.default}]`;
}

function readConfig(settings: Settings, cli: Cli, io: Io) {
  const name = settings['config'] ?? io.env['BACKUP_LEDGER_CONFIG'];
  if (typeof name !== 'string' || name === '') return {};
  try {
    const content: unknown = JSON.parse(cli.readFile(name).replace(/^\uFEFF/, ''));
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      throw new UsageError([`config (${name}): expected a JSON object of flags, such as {"page-size": 100}`]);
    }
    return { file: { name, settings: content as Settings } };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError([`config: expected a readable JSON file, got ${name}: ${why}`]);
  }
}

function explain(thrown: unknown, io: Io): number {
  const error = asLedgerError(thrown);
  if (error instanceof UsageError) {
    for (const problem of error.problems) io.stderr.write(`${problem}\n`);
    io.stderr.write('See backup-ledger --help, or backup-ledger <command> --help\n');
  } else {
    io.stderr.write(`backup-ledger: ${error.message}\n`);
    if (error.recovery === 'report-bug' && error.cause instanceof Error)
      io.stderr.write(`${framesOf(error.cause)}\n`);
  }
  return exitCodeOf(error);
}

/** Where a bug was met. Not what the error said: that has been told, and what AWS says may hold secrets. */
function framesOf({ stack = '' }: Error): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.join('\n');
}
