import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLI } from '../../fixtures/cli.ts';
import { type PythonEnvironment, type ProgramEnd, pythonEnvironment } from '../python-environment.ts';

/** The oldest that is supported, with its own provider; the last of Airflow 2; the newest. */
export const versions = ['2.10', '2.11', '3.3'] as const;
export type Version = (typeof versions)[number];
export const newest: Version = '3.3';

const environments: Readonly<Record<Version, PythonEnvironment>> = {
  '2.10': environmentOf('2.10'),
  '2.11': environmentOf('2.11'),
  '3.3': environmentOf('3.3'),
};

function environmentOf(version: Version): PythonEnvironment {
  return pythonEnvironment(`airflow-${version}`, new URL(`./requirements-${version}.txt`, import.meta.url));
}

/** Makes each Airflow in an environment of its own. */
export function setup(): void {
  for (const version of versions) environments[version].install();
}

export const DAGS = fileURLToPath(new URL('../../../jobs/airflow', import.meta.url));

/** What Airflow makes of the file of DAGs with some settings. */
export interface Imported {
  readonly errors: readonly string[];
  readonly dags: Readonly<Record<string, ImportedDag>>;
}

export interface ImportedDag {
  readonly timetable: string;
  readonly summary: string | null;
  readonly catchup: boolean;
  readonly max_active_runs: number;
  /** Seconds. */
  readonly dagrun_timeout: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly tasks: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly mapped: boolean;
        readonly retries: number;
        readonly pool: string;
        /** Seconds. */
        readonly execution_timeout: number | null;
        readonly trigger_rule: string;
        readonly upstream: readonly string[];
        readonly outlets: readonly string[];
      }
    >
  >;
}

export type AirflowSettings = Readonly<Record<string, string>>;

/** A run as a person starts it. */
export interface ManualRun {
  readonly dag?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A run, as Airflow's database has it. */
export interface RunState {
  readonly state: string;
  readonly tasks: readonly {
    readonly task: string;
    readonly map_index: number;
    readonly state: string;
    readonly tries: number;
    readonly label: string | null;
  }[];
  /** Bytes of each XCom. */
  readonly xcoms: readonly { readonly task: string; readonly key: string; readonly size: number }[];
  /** Updates of assets, oldest first. */
  readonly assets: readonly { readonly uri: string; readonly extra: Readonly<Record<string, unknown>> }[];
}

export interface Airflow {
  /** Imports the DAGs once with each of these settings, in the same order. */
  importDags(each: readonly AirflowSettings[]): Promise<readonly Imported[]>;
  /** Runs a DAG once, with `airflow dags test`. */
  test(
    settings: AirflowSettings,
    env: Readonly<Record<string, string>>,
    run?: ManualRun,
  ): Promise<ProgramEnd>;
  /** Runs `plan` until it waits without a worker, and resumes it when its time is over. Airflow 2 only. */
  timeOver(settings: AirflowSettings, env: Readonly<Record<string, string>>): Promise<ProgramEnd>;
  /** Path of one of its programs, and what it needs around it. */
  program(name: string): string;
  environment(
    settings: AirflowSettings,
    env: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>>;
  /** What the database holds of the last run. */
  inspect(): Promise<RunState>;
  close(): Promise<void>;
}

/** A real Airflow with an empty database. */
export async function startAirflow(version: Version): Promise<Airflow> {
  const { program, run } = environments[version];
  const home = await mkdtemp(join(tmpdir(), `backup-ledger-airflow-${version}-`));
  const base = {
    HOME: home,
    // Where a task finds bash and node, and Airflow itself.
    PATH: [dirname(program('python')), dirname(process.execPath), process.env['PATH']].join(':'),
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__DAGS_FOLDER: DAGS,
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: 'False',
    AIRFLOW__BACKUP_LEDGER__COMMAND: `${process.execPath} ${CLI}`,
    AIRFLOW__BACKUP_LEDGER__RETRY_DELAY_SECONDS: '1',
    AIRFLOW__BACKUP_LEDGER__ECS_POLL_SECONDS: '1',
  };
  const environment: Airflow['environment'] = (settings, env) => ({
    ...base,
    ...variables(settings),
    ...env,
  });
  const migrated = await run('airflow', ['db', 'migrate'], base);
  if (migrated.code !== 0) throw new Error(migrated.stderr);
  const script = async (name: string, args: readonly string[], input = ''): Promise<unknown> => {
    const { code, stdout, stderr } = await run('python', [pathOf(name), ...args], base, input);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  };
  return {
    async importDags(each) {
      const answer = await script('read_dag.py', [DAGS], JSON.stringify(each.map(variables)));
      return answer as readonly Imported[];
    },
    test: (settings, env, { dag = 'backup_ledger', params = {} } = {}) =>
      run(
        'airflow',
        ['dags', 'test', '--conf', JSON.stringify(params), dag, '2026-11-23'],
        environment(settings, env),
      ),
    timeOver: (settings, env) => run('python', [pathOf('time_over.py'), DAGS], environment(settings, env)),
    program,
    environment,
    inspect: async () => (await script('read_run.py', [join(home, 'airflow.db')])) as RunState,
    close: () => rm(home, { recursive: true, force: true }),
  };
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(`./${script}`, import.meta.url));
}

/** State and tries of each task that is not mapped, in the last run. */
export async function statesOf(airflow: Airflow): Promise<Record<string, string>> {
  const { tasks } = await airflow.inspect();
  return Object.fromEntries(tasks.map(({ task, state, tries }) => [task, `${state} ${tries}`]));
}

function variables(settings: AirflowSettings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`AIRFLOW__BACKUP_LEDGER__${key.toUpperCase()}`, value]),
  );
}
