import { closest, distance } from 'fastest-levenshtein';
import { show } from '../domain/show.ts';
import type { Flag, Flags, ListFlag, SwitchFlag, ValueFlag } from './flag.ts';
import { allFlags } from './flags.ts';

/** Where settings come from; earlier ones win: the command line, the environment, the file. */
export interface Sources {
  readonly argv: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The parsed `--config` file and its name. */
  readonly file?: { readonly name: string; readonly settings: Settings };
  /** Reads a file that a list names as `@path`, as text; where there are no files, there is none. */
  readonly readFile?: ReadFile;
}

export type ReadFile = (path: string) => string;

export type Settings = Readonly<Record<string, unknown>>;

type Resolved<F> =
  F extends ValueFlag<infer T, infer D>
    ? D extends string
      ? T
      : T | undefined
    : F extends ListFlag<infer T>
      ? readonly T[]
      : F extends SwitchFlag
        ? boolean
        : never;

/** Values of a command's flags, defaults filled in. */
export type Values<F extends Flags> = { readonly [N in keyof F]: Resolved<F[N]> };

export interface Resolution<F extends Flags> {
  /** A flag with a problem is absent. */
  readonly values: Values<F>;
  /** Each as `flag: expected …, got …`. */
  readonly problems: readonly string[];
}

const PREFIX = 'BACKUP_LEDGER_';

/** Name of the environment variable of a flag. */
export function variableOf(name: string): string {
  return PREFIX + name.toUpperCase().replaceAll('-', '_');
}

/** Brings the sources together and judges every value; all problems come back at once. */
export function resolveFlags<F extends Flags>(flags: F, sources: Sources): Resolution<F> {
  const problems: string[] = unknownSettings(flags, sources);
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const found = find(name, sources);
    const result = parseFlag(flag, found?.raw, sources.readFile);
    const where = found?.from ? ` (${found.from})` : '';
    if ('value' in result) values[name] = result.value;
    else problems.push(...result.problems.map((problem) => `${name}${where}: ${problem}`));
  }
  return { values: values as Values<F>, problems };
}

/** What to say of variables that look meant for this tool but name none of its flags: worth a warning, not worth a failure. */
export function unknownVariables(env: Sources['env']): string[] {
  const known = Object.keys(allFlags).map(variableOf);
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => `${name} is not a setting of backup-ledger${suggestion(name, known)}`);
}

function find(name: string, { argv, env, file }: Sources): { raw: unknown; from?: string } | undefined {
  if (argv[name] !== undefined) return { raw: argv[name] };
  const variable = variableOf(name);
  // An empty variable is how many schedulers say "not set".
  if (env[variable]) return { raw: env[variable], from: variable };
  if (file?.settings[name] !== undefined) return { raw: file.settings[name], from: file.name };
  return undefined;
}

/** A configuration file may serve several commands, so it may name the flags of any. */
function unknownSettings(flags: Flags, { argv, file }: Sources): string[] {
  return [
    ...unknown(argv, flags).map(
      (name) => `${name}: unknown flag${suggestion(name, Object.keys(flags), '--')}`,
    ),
    ...unknown(file?.settings ?? {}, { ...allFlags, ...flags }).map(
      (name) => `${name} (${file?.name}): unknown setting${suggestion(name, Object.keys(allFlags))}`,
    ),
  ];
}

function unknown(settings: Settings, known: Flags): string[] {
  return Object.keys(settings).filter((name) => !Object.hasOwn(known, name));
}

/** A name so like another one is that one mistyped. */
const MAX_TYPOS = 2;

function suggestion(name: string, known: readonly string[], mark = ''): string {
  const nearest = closest(name, known);
  const most = Math.min(MAX_TYPOS, Math.floor(name.length / 2));
  return distance(name, nearest) <= most ? `; did you mean ${mark}${nearest}?` : '';
}

type FlagResult = { readonly value: unknown } | { readonly problems: readonly string[] };

function parseFlag(flag: Flag, raw: unknown, readFile: ReadFile | undefined): FlagResult {
  if (flag.shape === 'switch') return parseSwitch(raw);
  if (flag.shape === 'list') return parseList(flag, raw, readFile);
  if (raw === undefined && flag.default === undefined) return { value: undefined };
  const text = asText(raw === undefined ? flag.default : raw);
  if (Array.isArray(raw)) return { problems: [`expected one value, got ${show(raw)}`] };
  const parsed = text === undefined ? { expected: 'one value' } : flag.parse(text);
  return 'value' in parsed ? parsed : { problems: [`expected ${parsed.expected}, got ${show(raw)}`] };
}

const switchWords = new Map<unknown, boolean>([
  ...[true, 'true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...[false, 'false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

function parseSwitch(raw: unknown): FlagResult {
  if (raw === undefined) return { value: false };
  const value = switchWords.get(typeof raw === 'string' ? raw.toLowerCase() : raw);
  return value === undefined ? { problems: [`expected true or false, got ${show(raw)}`] } : { value };
}

/** Repeated flags and comma lists are the same; an item named twice counts once. */
function parseList(flag: ListFlag<unknown>, raw: unknown, readFile: ReadFile | undefined): FlagResult {
  if (Array.isArray(raw) && raw.length === 0)
    return { problems: [`expected ${expectedItem(flag)}, got nothing`] };
  const given: readonly unknown[] = Array.isArray(raw)
    ? raw
    : [raw === undefined ? (flag.default ?? []) : raw].flat();
  const problems: string[] = [];
  const texts = given
    .flatMap((item) => asText(item)?.split(',') ?? [undefined])
    .map((text) => text?.trim())
    .flatMap((text) => (flag.files && text?.startsWith('@') ? itemsIn(text.slice(1)) : [text]));
  const values = new Set<unknown>();

  function itemsIn(path: string): string[] {
    const found = readItems(path, readFile);
    if (Array.isArray(found)) return found;
    problems.push(found.problem);
    return [];
  }

  for (const text of texts) {
    if (text === 'all' && flag.all) flag.all.forEach((item) => values.add(item));
    else {
      const parsed = flag.parse(text ?? '');
      if ('value' in parsed) values.add(parsed.value);
      else problems.push(`expected ${expectedItem(flag)}, got ${show(text ?? raw)}`);
    }
  }
  return problems.length > 0 ? { problems } : { value: [...values] };
}

/** The items of a file, one a line or separated by commas; what follows a # is a remark. */
function readItems(path: string, readFile: ReadFile | undefined): string[] | { readonly problem: string } {
  if (!readFile) return { problem: `expected a list, because there are no files here, got @${path}` };
  try {
    const items = readFile(path)
      .replaceAll(/#.*/g, '')
      .split(/[\s,]+/)
      .filter((item) => item !== '');
    return items.length > 0 ? items : { problem: `expected at least one item in ${path}, got none` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { problem: `expected a readable file, got @${path}: ${why}` };
  }
}

function expectedItem(flag: ListFlag<unknown>): string {
  const parsed = flag.parse('');
  const item = 'expected' in parsed ? parsed.expected : 'a value';
  return `${item}${flag.all ? ', or all' : ''}${flag.files ? ', or @file' : ''}`;
}

/** Numbers in a configuration file may be written as numbers. */
function asText(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw;
  return typeof raw === 'number' && Number.isFinite(raw) ? String(raw) : undefined;
}
