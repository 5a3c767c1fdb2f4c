import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLI } from '../../fixtures/cli.ts';
import { type PythonEnvironment, type ProgramEnd, pythonEnvironment } from '../python-environment.ts';

export const majors = ['2', '3'] as const;
export type Major = (typeof majors)[number];

const environments: Readonly<Record<Major, PythonEnvironment>> = {
  '2': pythonEnvironment('airflow-2', new URL('./requirements-2.txt', import.meta.url)),
  '3': pythonEnvironment('airflow-3', new URL('./requirements-3.txt', import.meta.url)),
};

/** Makes both Airflows, each in an environment of its own. */
export function setup(): void {
  for (const major of majors) environments[major].install();
}

const DAGS = fileURLToPath(new URL('../../../jobs/airflow', import.meta.url));

/** What Airflow makes of the DAG's file. */
export interface ImportedDag {
  readonly errors: readonly string[];
  readonly dag: {
    readonly timetable: string;
    readonly summary: string;
    readonly catchup: boolean;
    readonly max_active_runs: number;
    readonly tasks: Readonly<
      Record<
        string,
        {
          readonly type: string;
          readonly mapped: boolean;
          readonly retries: number;
          readonly trigger_rule: string;
          readonly upstream: readonly string[];
          readonly outlets: readonly string[];
        }
      >
    >;
  } | null;
}

export interface Airflow {
  /** Imports the DAG with these settings of its own. */
  importDag(settings?: Readonly<Record<string, string>>): Promise<ImportedDag>;
  /** Runs the DAG once, with `airflow dags test`. */
  test(
    settings: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>>,
  ): Promise<ProgramEnd>;
  close(): Promise<void>;
}

/** A real Airflow with an empty database. */
export async function startAirflow(major: Major): Promise<Airflow> {
  const { program, run } = environments[major];
  const home = await mkdtemp(join(tmpdir(), `backup-ledger-airflow-${major}-`));
  const base = {
    HOME: home,
    // Where a task finds bash and node, and Airflow itself.
    PATH: [dirname(program('python')), dirname(process.execPath), process.env['PATH']].join(':'),
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__DAGS_FOLDER: DAGS,
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__BACKUP_LEDGER__COMMAND: `${process.execPath} ${CLI}`,
    AIRFLOW__BACKUP_LEDGER__RETRY_DELAY_SECONDS: '1',
  };
  const migrated = await run('airflow', ['db', 'migrate'], base);
  if (migrated.code !== 0) throw new Error(migrated.stderr);
  return {
    async importDag(settings = {}) {
      const script = fileURLToPath(new URL('./read_dag.py', import.meta.url));
      const { code, stdout, stderr } = await run('python', [script, DAGS], {
        ...base,
        ...variables(settings),
      });
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as ImportedDag;
    },
    test: (settings, env) =>
      run('airflow', ['dags', 'test', 'backup_ledger', '2026-11-23'], {
        ...base,
        ...variables(settings),
        ...env,
      }),
    close: () => rm(home, { recursive: true, force: true }),
  };
}

function variables(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`AIRFLOW__BACKUP_LEDGER__${key.toUpperCase()}`, value]),
  );
}
