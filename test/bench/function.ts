import { fork } from 'node:child_process';
import { once } from 'node:events';
import { BUNDLE, CHILD, type Invocation } from '../fixtures/lambda-function.ts';
import { limitProcessor } from './processor-share.ts';
import { parseUsage, tellUsage, type Usage } from './processes.ts';

/** Memory with which a function has one processor, in MB. Source: "Configure Lambda function memory", AWS Lambda Developer Guide. */
const MB_A_PROCESSOR = 1769;
/** Of the function's memory, what the bench lets V8 keep objects in. */
const HEAP_SHARE = 0.8;
/** More than Lambda gives, to see how long it would take. */
const TIME_LEFT_MS = 4 * 3_600_000;
/** Without it the process would end by the signal, and tell no usage. */
const END_BY_SIGNAL = `data:text/javascript,process.once('SIGTERM',()=>process.exit())`;

export interface MeasuredInvocation extends Usage {
  readonly wallMs: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * An event through the bundle as it is deployed, a cold start: in a process of its own with the heap and the share of a
 * processor that a function of this memory has. Its memory itself is not bounded: the peak is what is asked for.
 */
export async function measureFunction(
  event: object,
  memoryMb: number,
  env: Readonly<Record<string, string>>,
): Promise<MeasuredInvocation> {
  const began = performance.now();
  const child = fork(CHILD, [BUNDLE], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
    execArgv: [
      `--max-old-space-size=${Math.round(memoryMb * HEAP_SHARE)}`,
      ...['--import', END_BY_SIGNAL, '--import', tellUsage(4)],
    ],
  });
  let usage = '';
  child.stdio[4]?.on('data', (chunk: Buffer) => (usage += chunk.toString()));
  const closed = once(child, 'close');
  const stop =
    memoryMb < MB_A_PROCESSOR ? limitProcessor(child.pid ?? 0, memoryMb / MB_A_PROCESSOR) : undefined;
  child.send({ event, timeLeftMs: TIME_LEFT_MS });
  const [answer] = (await Promise.race([once(child, 'message'), closed])) as [Invocation | number | null];
  const wallMs = performance.now() - began;
  stop?.();
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  await closed;
  if (answer === null || typeof answer === 'number' || answer.failed)
    throw new Error(`${JSON.stringify(event)} failed at ${memoryMb} MB: ${JSON.stringify(answer)}`);
  return { wallMs, ...parseUsage(usage), payload: answer.payload as Readonly<Record<string, unknown>> };
}
