import type { ChildProcess } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { type Finished, startCli } from '../../fixtures/cli.ts';
import { listen } from '../../fixtures/listen.ts';

/**
 * What EcsRunTaskOperator needs of ECS and CloudWatch Logs, in their protocol: a task is the command line in a process of its
 * own, its log is what that wrote. Operations and fields as in the services' models of botocore.
 */
export interface EcsService {
  readonly url: string;
  /** Every operation asked for so far, such as `ecs:RunTask`. */
  readonly operations: readonly string[];
  /** What each task was started with. */
  readonly runs: readonly RunTask[];
  close(): Promise<void>;
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
  readonly eventsPerPage?: number;
  readonly charactersPerEvent?: number;
}

interface Task {
  readonly run: RunTask;
  readonly child: ChildProcess;
  exitCode: number | null;
  log: readonly string[];
}

const PREFIX = 'backup-ledger/backup-ledger';

export async function startEcs(options: EcsOptions): Promise<EcsService> {
  const tasks = new Map<string, Task>();
  const operations: string[] = [];
  const answers = { ...ecsAnswers(tasks, options), ...logsAnswers(tasks, options) };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
    operations.push(`${service.startsWith('Logs') ? 'logs' : 'ecs'}:${operation}`);
    const answer = answers[operation]?.((await json(request)) as never);
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    if (answer) response.writeHead(200, headers).end(JSON.stringify(answer));
    else response.writeHead(400, headers).end(JSON.stringify({ __type: 'ResourceNotFoundException' }));
  }

  const listening = await listen((request, response) => {
    respond(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  return {
    url: listening.url,
    operations,
    get runs() {
      return [...tasks.values()].map(({ run }) => run);
    },
    async close() {
      for (const { child } of tasks.values()) child.kill('SIGKILL');
      await listening.close();
    },
  };
}

type Answers = Readonly<Record<string, (asked: never) => unknown>>;

function ecsAnswers(tasks: Map<string, Task>, { env }: EcsOptions): Answers {
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
      const task: Task = { run, child, exitCode: null, log: [] };
      tasks.set(arn, task);
      void follow(task, finished);
      return { tasks: [describe(arn)], failures: [] };
    },
    ListTasks: ({ startedBy }: { startedBy: string }) => ({
      taskArns: [...tasks].flatMap(([arn, { run, exitCode }]) =>
        run.startedBy === startedBy && exitCode === null ? [arn] : [],
      ),
    }),
    DescribeTasks: ({ tasks: arns }: { tasks: readonly string[] }) => ({
      tasks: arns.map(describe),
      failures: [],
    }),
    StopTask({ task }: { task: string }) {
      tasks.get(task)?.child.kill('SIGTERM');
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

function logsAnswers(tasks: Map<string, Task>, options: EcsOptions): Answers {
  const { eventsPerPage = 10_000, charactersPerEvent = 262_118 } = options;
  const cut = (line: string) => line.match(new RegExp(`.{1,${charactersPerEvent}}`, 'g')) ?? [''];
  return {
    GetLogEvents({ logStreamName, startFromHead = false, nextToken, limit = eventsPerPage }: GetLogEvents) {
      const [arn] = [...tasks.keys()].filter(
        (known) => logStreamName === `${PREFIX}/${known.split('/').at(-1)}`,
      );
      if (arn === undefined) return undefined;
      const events = tasks.get(arn)?.log.flatMap(cut) ?? [];
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
