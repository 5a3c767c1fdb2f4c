import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../../fixtures/listen.ts';
import { bareEnvironment } from '../python-environment.ts';
import type { Airflow, AirflowSettings } from './airflow.ts';

/** An Airflow 3 with all its services: scheduler, API server, DAG processor and triggerer. */
export interface ServedAirflow {
  /** Starts the DAG, as soon as all services are there, and waits for its end; gives the run's state. */
  trigger(run: string, params?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Clears a mapped task and all that follows it, as a person does, and waits for the run's end. */
  clear(run: string, task: string, mapIndex: number): Promise<string>;
  close(): Promise<void>;
}

const POLL_MS = 1_000;
/** Of its output, for a failure. */
const MAX_SAID = 2_000;
const DAG = 'dags/backup_ledger';

type Answer = Readonly<Record<string, unknown>>;

export async function serveAirflow(
  airflow: Airflow,
  settings: AirflowSettings,
  env: Readonly<Record<string, string>>,
): Promise<ServedAirflow> {
  const [port = '', workerPort = '', triggererPort = ''] = await freePorts(3);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(airflow.program('airflow'), ['standalone'], {
    env: {
      ...bareEnvironment(),
      ...airflow.environment(settings, env),
      AIRFLOW__API__HOST: '127.0.0.1',
      AIRFLOW__API__PORT: port,
      AIRFLOW__API__WORKERS: '1',
      AIRFLOW__API_AUTH__JWT_SECRET:
        'for this test only, and longer than the sixty-four bytes it should have',
      AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `${url}/execution/`,
      AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS: 'True',
      AIRFLOW__CORE__PARALLELISM: '2',
      AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT: workerPort,
      AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT: triggererPort,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that its services end with it.
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MAX_SAID)));
  let isOver = false;
  const ended = new Promise<void>((resolve) => child.once('close', resolve)).then(() => (isOver = true));

  /** Nothing as long as nobody answers, or it is not there. */
  async function get(path: string): Promise<Answer | undefined> {
    const response = await fetch(`${url}/api/v2/${path}`).catch(() => undefined);
    return response?.ok ? ((await response.json()) as Answer) : undefined;
  }

  async function post(path: string, body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v2/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  async function until(path: string, isSo: (answer: Answer) => boolean): Promise<Answer> {
    for (;;) {
      const answer = await get(path);
      if (answer && isSo(answer)) return answer;
      if (isOver) throw new Error(`Airflow has ended: ${said}`);
      await sleep(POLL_MS);
    }
  }

  async function endOf(run: string): Promise<string> {
    const { state } = await until(`${DAG}/dagRuns/${run}`, (answer) =>
      ['success', 'failed'].includes(String(answer['state'])),
    );
    return String(state);
  }

  return {
    async trigger(run, params = {}) {
      await until(DAG, () => true);
      await post(`${DAG}/dagRuns`, { dag_run_id: run, logical_date: null, conf: params });
      return endOf(run);
    },
    async clear(run, task, mapIndex) {
      await post(`${DAG}/clearTaskInstances`, {
        dry_run: false,
        dag_run_id: run,
        task_ids: [[task, mapIndex]],
        include_downstream: true,
        only_failed: false,
        reset_dag_runs: true,
      });
      return endOf(run);
    },
    async close() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}

/** All are held until all are known, so that none is given twice. */
async function freePorts(count: number): Promise<readonly string[]> {
  const held = await Promise.all(Array.from({ length: count }, () => listen(() => undefined)));
  await Promise.all(held.map((each) => each.close()));
  return held.map(({ port }) => port);
}
