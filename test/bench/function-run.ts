import { kindNames } from '../../schemas/kinds.ts';
import type { SliceOutcome } from '../../src/domain/slice-outcome.ts';
import { type S3Server, startS3Server } from '../fixtures/s3-server.ts';
import { awsEnvironment } from '../fixtures/trial.ts';
import { type MeasuredInvocation, measureFunction } from './function.ts';
import { startSimulatorProcess } from './processes.ts';
import { REGIONS } from './regions.ts';
import { type BenchTable, median } from './table.ts';
import { requestsSince } from './years-store.ts';

/** What the function takes in a large organisation: a slice, all of them at once, and the steps of a run by slices. */

const NOW = '2026-11-23T03:30:00Z';
/** Clocks run on while a pull does: the next one must not begin before it has ended. */
const LATER = '2026-11-23T04:30:00Z';
const LATENCY_MS = 150;
const ROWS_AN_ACCOUNT = 5 * 14;
const ACCOUNTS = 300;
const REGION_COUNT = 17;
const MEMORY_MB = [512, 1024, 1769];
const DEFAULT_MB = 1024;
/** Those of the cost table. */
const OTHER_ACCOUNTS = [10, 200, 5_000];
const ROUNDS = 3;
const RUN = 'daily-1';

const regions = REGIONS.slice(0, REGION_COUNT).join(',');
const all = { kind: 'all', region: regions };

/** Where the function runs: its environment, and what it may ask. */
interface Place {
  readonly env: Readonly<Record<string, string>>;
  readonly s3: S3Server;
}

export async function benchFunction(): Promise<BenchTable> {
  const rows: (string | number)[][] = [];
  await inPlace(ACCOUNTS, async (place) => {
    for (const memory of MEMORY_MB) rows.push(...(await pulls(place, memory, ACCOUNTS)));
    for (const memory of MEMORY_MB) rows.push(...(await wholePulls(place, memory)));
    for (const memory of MEMORY_MB) rows.push(...(await steps(place, memory)));
  });
  for (const accounts of OTHER_ACCOUNTS)
    await inPlace(accounts, async (place) => void rows.push(...(await pulls(place, DEFAULT_MB, accounts))));
  return {
    title: `The function, cold, ${LATENCY_MS} ms a page, five rows an account and day (slices: medians of ${ROUNDS}, others once)`,
    columns: ['step', 'memory, MB', 'wall, s', 'CPU, s', 'peak RSS, MB', 'asked of S3'],
    rows,
  };
}

async function inPlace(accounts: number, work: (place: Place) => Promise<void>): Promise<void> {
  const world = ['--accounts', String(accounts), '--summaries', String(accounts * ROWS_AN_ACCOUNT)];
  const simulator = await startSimulatorProcess(...world, '--latency', String(LATENCY_MS), '--now', NOW);
  const s3 = await startS3Server();
  const env = {
    ...awsEnvironment(simulator.url, s3.url),
    AWS_REGION: 'us-east-1',
    STACK: 'bench',
    BACKUP_LEDGER_LEDGER: 's3://ledger/prefix',
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_NOW: NOW,
    BACKUP_LEDGER_LOG_LEVEL: 'error',
  };
  try {
    await work({ env, s3 });
  } finally {
    simulator.stop();
    await s3.close();
  }
}

/** A slice of a run: its first pull, with the plan's object and the result's. */
async function pulls(place: Place, memory: number, accounts: number): Promise<(string | number)[][]> {
  const rounds: MeasuredInvocation[] = [];
  let asked = '';
  for (let round = 0; round < ROUNDS; round++) {
    place.s3.objects.clear();
    const flags = { kind: 'copy', region: 'eu-west-1' };
    await measureFunction({ action: 'plan', run: RUN, flags }, DEFAULT_MB, place.env);
    const before = place.s3.requests.length;
    rounds.push(await measureFunction({ action: 'pull', run: RUN, slice: 0 }, memory, place.env));
    asked = requestsSince(place.s3, before);
  }
  const middle = (name: 'wallMs' | 'cpuMs' | 'peakMb') => median(rounds.map((round) => round[name]));
  const found = { wallMs: middle('wallMs'), cpuMs: middle('cpuMs'), peakMb: middle('peakMb') };
  return [rowOf(`a slice of ${accounts} accounts`, memory, found, asked)];
}

/** All slices in one event, as for a schedule without a state machine: the first pull, and one that finds nothing new. */
async function wholePulls(place: Place, memory: number): Promise<(string | number)[][]> {
  place.s3.objects.clear();
  const rows: (string | number)[][] = [];
  for (const [name, now] of [
    ['first pull', NOW],
    ['unchanged', LATER],
  ] as const) {
    const before = place.s3.requests.length;
    const env = { ...place.env, BACKUP_LEDGER_NOW: now };
    const found = await measureFunction({ action: 'pull', flags: all }, memory, env);
    const what = `${REGION_COUNT} regions × ${kindNames.length} kinds × ${ACCOUNTS} accounts at once, ${name}`;
    rows.push(rowOf(what, memory, found, requestsSince(place.s3, before)));
  }
  return rows;
}

/** A run of one slice for each account, region and kind: its plan, and its summary once every slice has a result. */
async function steps(place: Place, memory: number): Promise<(string | number)[][]> {
  const { env, s3 } = place;
  s3.objects.clear();
  const names = Array.from({ length: ACCOUNTS }, (_, index) => String(index).padStart(12, '0'));
  const flags = {
    ...all,
    accounts: names.join(','),
    'assume-role': 'arn:aws:iam::{account}:role/backup-ledger',
  };
  const plan = { action: 'plan', run: RUN, flags };
  let before = s3.requests.length;
  const planned = await measureFunction(plan, memory, env);
  const plannedAsked = requestsSince(s3, before);
  leaveResults(s3);
  before = s3.requests.length;
  const summarize = { action: 'summarize', run: RUN, started_at: NOW };
  const summarized = await measureFunction(summarize, memory, env);
  const count = (planned.payload['slices'] as readonly unknown[]).length;
  const kilobytes = (part: string) => {
    const sizes = [...s3.objects].filter(([key]) => key.includes(part)).map(([, { bytes }]) => bytes.length);
    return `${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000)} kB in ${sizes.length} objects`;
  };
  const carried = (payload: unknown) => `${Math.round(JSON.stringify(payload).length / 1000)} kB carried`;
  return [
    rowOf(
      `plan of ${count} slices: ${kilobytes('/plan/')}, ${carried(planned.payload)}`,
      memory,
      planned,
      plannedAsked,
    ),
    rowOf(
      `summary of ${count} slices: ${kilobytes('/results/')}, ${carried(summarized.payload)}`,
      memory,
      summarized,
      requestsSince(s3, before),
    ),
  ];
}

/** What pulls of every planned slice would have left. */
function leaveResults(s3: S3Server): void {
  const files = [...s3.objects].filter(([key]) => key.includes(`runs/${RUN}/plan/`));
  const inOrder = files.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const planned = inOrder.flatMap(([, { bytes }]) => JSON.parse(bytes.toString()) as { name: string }[]);
  const lastModified = new Date(NOW);
  for (const [index, { name }] of planned.entries()) {
    const bytes = Buffer.from(`${JSON.stringify({ slices: [{ ...outcome, slice: name }] })}\n`);
    const key = `ledger/prefix-work/runs/${RUN}/results/${String(index).padStart(6, '0')}.json`;
    s3.objects.set(key, { bytes, etag: `"${index}"`, lastModified, headers: {} });
  }
}

const outcome: Omit<SliceOutcome, 'slice'> = {
  kind: 'copy',
  outcome: 'ok',
  kept: ROWS_AN_ACCOUNT,
  accounts: 1,
  accounts_before: 1,
  first_day: '2026-11-09',
  last_day: '2026-11-22',
  conflicts: 0,
  rejected: 0,
  reconciled: 'matched',
  written: 1,
  gap_days: 0,
  warnings: 0,
};

function rowOf(
  what: string,
  memory: number,
  { wallMs, cpuMs, peakMb }: Omit<MeasuredInvocation, 'payload'>,
  asked: string,
): (string | number)[] {
  return [
    what,
    memory,
    Number((wallMs / 1000).toFixed(1)),
    Number((cpuMs / 1000).toFixed(1)),
    Math.round(peakMb),
    asked,
  ];
}
