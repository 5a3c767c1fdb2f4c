import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = [3, 11] as const;

export interface ProgramEnd {
  /** 0 when all went well. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A virtual environment of pinned Python packages, kept outside the checkout from run to run. */
export interface PythonEnvironment {
  /** Path of one of its programs, such as `python` or `aws`. */
  readonly program: (name: string) => string;
  /** Makes it unless it is there already. Without a Python there is no suite: that is a failure. */
  readonly install: () => void;
  /** Runs one of its programs to its end. Nothing of the surrounding AWS settings reaches it. */
  readonly run: (
    name: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    input?: string,
  ) => Promise<ProgramEnd>;
}

/** The name says what it is for; its content is known by the digest of its requirements. */
export function pythonEnvironment(name: string, requirements: URL): PythonEnvironment {
  const file = fileURLToPath(requirements);
  const venv = join(homedir(), '.cache', 'backup-ledger', `${name}-${digestOf(file)}`);
  /** Written last: an environment without it was never finished. */
  const complete = join(venv, '.complete');
  const program = (of: string) => join(venv, 'bin', of);
  return {
    program,
    install() {
      if (existsSync(complete)) return;
      const python = findPython();
      process.stderr.write(`Installing the Python packages of ${name} into ${venv}: once, a minute or so.\n`);
      rmSync(venv, { recursive: true, force: true });
      mkdirSync(venv, { recursive: true });
      execFileSync(python, ['-m', 'venv', venv], { stdio: 'inherit' });
      execFileSync(program('pip'), ['install', '--quiet', '--requirement', file], { stdio: 'inherit' });
      writeFileSync(complete, '');
    },
    run(of, args, env = {}, input = '') {
      const options = { env: { ...bareEnvironment(), ...env }, maxBuffer: 256 * 1024 * 1024 };
      return new Promise((resolve, reject) => {
        const child = execFile(program(of), args, options, (error, stdout, stderr) => {
          if (child.exitCode === null) reject(error ?? new Error(`${of} did not end by itself`));
          else resolve({ code: child.exitCode, stdout, stderr });
        });
        child.stdin?.end(input);
      });
    },
  };
}

function findPython(): string {
  const found = ['python3.11', 'python3'].find((name) => isRecent(versionOf(name)));
  if (found) return found;
  throw new Error(
    `The engines suite needs Python ${OLDEST.join('.')} or newer with the venv module as python3, and found ` +
      `${versionOf('python3')?.join('.') ?? 'none'}: install it (Debian: python3 and python3-venv) and run again.`,
  );
}

function versionOf(name: string): number[] | undefined {
  const ask = 'import sys, venv, ensurepip; print(*sys.version_info[:2])';
  const { status, stdout } = spawnSync(name, ['-c', ask], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split(' ').map(Number) : undefined;
}

function isRecent(version: readonly number[] | undefined): boolean {
  const [major = 0, minor = 0] = version ?? [];
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12);
}

/** What a Python program needs to run, and credentials that no real AWS would take. */
export function bareEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    // Some keep a cache at home.
    HOME: tmpdir(),
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}
