import { fileURLToPath } from 'node:url';
import { CLI } from '../../fixtures/cli.ts';
import { awsEnvironment, type Trial } from '../../fixtures/trial.ts';
import { pythonEnvironment } from '../python-environment.ts';

const environment = pythonEnvironment('terminal', new URL('./requirements.txt', import.meta.url));

export const { install } = environment;

/** What a person at a terminal saw. */
export interface Seen {
  readonly code: number;
  /** As it came. */
  readonly seen: string;
  /** At the end. */
  readonly screen: readonly string[];
  /** What stood at the bottom of the screen, from piece to piece. */
  readonly lastLines: readonly string[];
  readonly painted: readonly { readonly line: number; readonly style: string; readonly text: string }[];
}

export interface Sitting {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed, and once what has been seen. */
  readonly typed?: readonly [keys: string, after: string];
}

/** Runs the command line on a pseudo-terminal, at the simulator's time. */
export async function onTerminal(
  trial: Trial,
  args: readonly string[],
  { columns = 100, env = {}, typed: [keys, after] = ['', ''] }: Sitting = {},
): Promise<Seen> {
  const settings = {
    ...awsEnvironment(trial.simulator.url),
    TERM: 'xterm',
    BACKUP_LEDGER_LEDGER: trial.ledger,
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
    ...env,
  };
  const variables = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const command = ['env', ...variables, process.execPath, CLI, ...args];
  return (await script('pseudo_terminal.py', String(columns), keys, after, ...command)) as Seen;
}

/** The rows of a table in Markdown, as its reader has them. */
export async function readMarkdown(path: string): Promise<string[][]> {
  return (await script('read_markdown.py', path)) as string[][];
}

async function script(name: string, ...args: readonly string[]): Promise<unknown> {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const { code, stdout, stderr } = await environment.run('python', [path, ...args]);
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
