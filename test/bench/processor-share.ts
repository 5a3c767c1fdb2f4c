import { readFileSync } from 'node:fs';

/** Lambda counts in periods like this, in milliseconds. Shorter ones than the kernel's clock ticks cannot be told apart. */
const PERIOD_MS = 100;
const LOOK_MS = 5;
/** Of the kernel's clock, in milliseconds: `USER_HZ` is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/**
 * Holds a process to a share of one processor, as Lambda holds a function: it stands still for the rest of a period in which
 * it used its share, and what it did not use is lost. For Linux alone. Returns how to stop.
 */
export function limitProcessor(pid: number, share: number): () => void {
  let begin = performance.now();
  let limit = processorMs(pid) + share * PERIOD_MS;
  let isStopped = false;
  const timer = setInterval(() => {
    const used = processorMs(pid);
    const now = performance.now();
    if (now - begin >= PERIOD_MS) {
      // What was used beyond the share, because nobody looked in time, is owed.
      limit = Math.min(used, limit) + share * (now - begin);
      begin = now;
    }
    if (used >= limit === isStopped) return;
    isStopped = !isStopped;
    process.kill(pid, isStopped ? 'SIGSTOP' : 'SIGCONT');
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** Processor time of all threads so far. Fields 14 and 15 of proc(5)'s stat; the name before them may hold spaces. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
