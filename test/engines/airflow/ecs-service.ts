import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { type Finished, startCli } from '../../fixtures/cli.ts';
import { type JsonService, type Operations, serveJson, ServiceError } from '../../fixtures/json-service.ts';

/**
 * What EcsRunTaskOperator needs of ECS and CloudWatch Logs: a task is the command line in a process of its own, its log is what
 * that wrote. Operations and fields as in the services' models of botocore.
 */
export interface EcsService extends JsonService {
  /** What each task was started with. */
  readonly runs: readonly RunTask[];
}

export interface RunTask {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly launchType: string;
  readonly startedBy: string;
  readonly networkConfiguration: unknown;
  readonly overrides: {
    readonly containerOverrides: readonly { readonly name: string; readonly command: readonly string[] }[];
  };
}

export interface EcsOptions {
  /** The container's environment, as its task definition has it. */
  readonly env: Readonly<Record<string, string>>;
  /** Log events a page and characters an event, so that small logs are cut as large ones are. */
  readonly eventsPerPage: number;
  readonly charactersPerEvent: number;
}

/** The DAG's settings for this service. */
export const ecsSettings = {
  runner: 'ecs',
  ecs_cluster: 'backup',
  ecs_subnets: 'subnet-1, subnet-2',
  ecs_security_groups: 'sg-1',
  ecs_assign_public_ip: 'ENABLED',
  ecs_poll_seconds: '1',
  aws_region: 'eu-west-1',
} as const;

/** What leads Airflow's hooks to this service, in the words of old and new SDKs. */
export const endpointsOf = ({ url }: EcsService): Record<string, string> => ({
  AWS_ENDPOINT_URL_ECS: url,
  AWS_ENDPOINT_URL_LOGS: url,
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: url,
});

/** Operations asked for that the policy of Airflow's workers does not allow. */
export async function notAllowed({ requests }: EcsService): Promise<string[]> {
  const file = new URL('../../../jobs/airflow/worker-ecs-policy.json', import.meta.url);
  const { Statement } = JSON.parse(await readFile(file, 'utf8')) as {
    readonly Statement: readonly { readonly Action: string | readonly string[] }[];
  };
  const allowed = Statement.flatMap(({ Action }) => Action).map((action) => action.split(':')[1]);
  return [...new Set(requests.map(({ operation }) => operation))].filter((name) => !allowed.includes(name));
}

interface Task {
  readonly run: RunTask;
  readonly child: ChildProcess;
  exitCode: number | null;
  isStopped: boolean;
  log: readonly string[];
}

/** `awslogs-stream-prefix` and the container's name. */
const STREAM_PREFIX = 'backup-ledger/backup-ledger';

export async function startEcs(options: EcsOptions): Promise<EcsService> {
  const tasks = new Map<string, Task>();
  const service = await serveJson({ ...ecsOperations(tasks, options), ...logsOperations(tasks, options) });
  return {
    ...service,
    get runs() {
      return [...tasks.values()].map(({ run }) => run);
    },
    async close() {
      for (const { child } of tasks.values()) child.kill('SIGKILL');
      await service.close();
    },
  };
}

function ecsOperations(tasks: Map<string, Task>, { env }: EcsOptions): Operations {
  const describe = (arn: string) => {
    const { exitCode, run } = tasks.get(arn) ?? {};
    const lastStatus = exitCode === null ? 'RUNNING' : 'STOPPED';
    const name = run?.overrides.containerOverrides[0]?.name;
    const container = { name, lastStatus, ...(exitCode !== null && { exitCode }) };
    // A sidecar that ended well says nothing of ours.
    const sidecar = { name: 'sidecar', lastStatus, ...(exitCode !== null && { exitCode: 0 }) };
    return { taskArn: arn, lastStatus, containers: [sidecar, container] };
  };
  return {
    RunTask(run: RunTask) {
      const arn = `arn:aws:ecs:eu-west-1:111122223333:task/backup/${tasks.size + 1}`;
      const { child, finished } = startCli(run.overrides.containerOverrides[0]?.command ?? [], env);
      const task: Task = { run, child, exitCode: null, isStopped: false, log: [] };
      tasks.set(arn, task);
      void follow(task, finished);
      return { tasks: [describe(arn)], failures: [] };
    },
    ListTasks: ({ startedBy }: { startedBy: string }) => ({
      taskArns: [...tasks].flatMap(([arn, { run, exitCode, isStopped }]) =>
        run.startedBy === startedBy && exitCode === null && !isStopped ? [arn] : [],
      ),
    }),
    DescribeTasks: ({ tasks: arns }: { tasks: readonly string[] }) => ({
      tasks: arns.map(describe),
      failures: [],
    }),
    StopTask({ task }: { task: string }) {
      const stopped = tasks.get(task);
      if (stopped) stopped.isStopped = true;
      stopped?.child.kill('SIGTERM');
      return { task: describe(task) };
    },
  };
}

async function follow(task: Task, finished: Promise<Finished>): Promise<void> {
  const { code, stdout, stderr } = await finished;
  task.log = `${stderr}${stdout}`.trimEnd().split('\n');
  task.exitCode = code ?? 137;
}

interface GetLogEvents {
  readonly logStreamName: string;
  readonly startFromHead?: boolean;
  readonly nextToken?: string;
  readonly limit?: number;
}

function logsOperations(tasks: Map<string, Task>, options: EcsOptions): Operations {
  const { eventsPerPage, charactersPerEvent } = options;
  const cut = (line: string) => line.match(new RegExp(`.{1,${charactersPerEvent}}`, 'g')) ?? [''];
  return {
    GetLogEvents({ logStreamName, startFromHead = false, nextToken, limit = eventsPerPage }: GetLogEvents) {
      const [, task] =
        [...tasks].find(([arn]) => logStreamName === `${STREAM_PREFIX}/${arn.split('/').at(-1)}`) ?? [];
      if (!task) throw new ServiceError('ResourceNotFoundException', `no log stream ${logStreamName}`);
      const events = task.log.flatMap(cut);
      // A token is the place between two events, and the way from there.
      const [way, at] = nextToken?.split('/') ?? [
        startFromHead ? 'f' : 'b',
        startFromHead ? 0 : events.length,
      ];
      const place = Number(at);
      const [from, to] = way === 'f' ? [place, place + limit] : [Math.max(0, place - limit), place];
      return {
        events: events.slice(from, to).map((message) => ({ timestamp: 1, ingestionTime: 1, message })),
        nextForwardToken: `f/${Math.min(to, events.length)}`,
        nextBackwardToken: `b/${from}`,
      };
    },
  };
}
