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
const DAG = 'dags/backup_ledger';

export async function serveAirflow(
  airflow: Airflow,
  settings: AirflowSettings,
  env: Readonly<Record<string, string>>,
): Promise<ServedAirflow> {
  const [port, workerPort, triggererPort] = [await freePort(), await freePort(), await freePort()];
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
    stdio: 'ignore',
    // A group of its own, so that its services end with it.
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('close', resolve));

  async function ask(path: string, body?: unknown): Promise<Readonly<Record<string, unknown>> | undefined> {
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await fetch(`${url}/api/v2/${path}`, body === undefined ? {} : post).catch(
      () => undefined,
    );
    return response?.ok ? ((await response.json()) as Record<string, unknown>) : undefined;
  }

  async function endOf(run: string): Promise<string> {
    for (;;) {
      const { state } = (await ask(`${DAG}/dagRuns/${run}`)) ?? {};
      if (state === 'success' || state === 'failed') return state;
      await sleep(POLL_MS);
    }
  }

  return {
    async trigger(run, params = {}) {
      while (!(await ask(DAG))) await sleep(POLL_MS);
      await ask(`${DAG}/dagRuns`, { dag_run_id: run, logical_date: null, conf: params });
      return endOf(run);
    },
    async clear(run, task, mapIndex) {
      await ask(`${DAG}/clearTaskInstances`, {
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

async function freePort(): Promise<string> {
  const { port, ...listening } = await listen(() => undefined);
  await listening.close();
  return port;
}
