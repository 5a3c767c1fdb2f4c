import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kindNames } from '../../schemas/kinds.ts';
import { startOfDay } from '../../src/domain/day.ts';
import { measureCli } from './processes.ts';
import { REGIONS } from './regions.ts';
import { type BenchTable, median } from './table.ts';
import { PULL_TIME_MS, TODAY, writeYear } from './year.ts';
import { openStore } from './years-store.ts';

/** What a question costs in a ledger's first, fifth and tenth year. */

const YEARS = [1, 5, 10];
const ROUNDS = 3;
const ACCOUNTS = 30;
export const NOW = new Date(startOfDay(TODAY) + PULL_TIME_MS + 60_000).toISOString();

const questions: Readonly<Record<string, string>> = {
  'last week, copy_job_daily': `SELECT * FROM copy_job_daily WHERE start_date >= DATE '2026-11-16'`,
  'last week, copy_job_trend': `SELECT * FROM copy_job_trend WHERE start_date >= DATE '2026-11-16'`,
  'a year by month, copy_job_daily': `SELECT start_month, sum(jobs) FROM copy_job_daily WHERE start_month >= '2025-12' GROUP BY 1`,
  'the whole history by month': 'SELECT start_month, sum(jobs) FROM copy_job_daily GROUP BY 1',
  'last week, ledger_coverage': `SELECT * FROM ledger_coverage WHERE start_date >= DATE '2026-11-16'`,
  'all that is missing, ledger_coverage': 'SELECT * FROM ledger_coverage WHERE NOT pulled',
};

const commands: Readonly<Record<string, (out: string) => readonly string[]>> = {
  ...Object.fromEntries(Object.entries(questions).map(([name, sql]) => [name, () => ['query', sql]])),
  'report, 400 days': (out) => ['report', '--out', join(out, 'report.html')],
  'report of one month': (out) => [
    ...['report', '--out', join(out, 'month.html')],
    ...['--from', '2026-06-01', '--to', '2026-06-30'],
  ],
  'verify --since 40d': () => ['verify', '--since', '2026-10-14'],
  verify: () => ['verify'],
  'replay of three days': () => ['replay', '--from', '2026-11-15', '--to', '2026-11-17'],
};

/** Wall time, processor time and memory on the local engine; then requests and bytes on S3. */
export async function* benchYears(): AsyncGenerator<BenchTable> {
  const root = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
  try {
    const ledgers = new Map(YEARS.map((years) => [years, join(root, String(years))]));
    for (const [years, ledger] of ledgers) await writeYears(ledger, years);
    yield await benchCommands(root, ledgers);
    yield await benchRequests(ledgers);
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Every region and kind, with pages of every pull. */
export async function writeYears(ledger: string, years: number): Promise<void> {
  await mkdir(ledger);
  const shape = { kinds: kindNames, regions: REGIONS, accounts: ACCOUNTS, rows: ACCOUNTS };
  await writeYear(ledger, { ...shape, days: Math.round(365.25 * years), trouble: true, raw: true });
}

async function benchCommands(out: string, ledgers: ReadonlyMap<number, string>): Promise<BenchTable> {
  const rows: (string | number)[][] = [];
  for (const [name, argsOf] of Object.entries(commands)) {
    const found = new Map<number, Medians>();
    for (const [years, ledger] of ledgers) found.set(years, await measure(argsOf(out), ledger));
    const wall = [...found.values()].map(({ wallMs }) => Math.round(wallMs));
    const seconds = [...found.values()].map(({ cpuMs }) => Math.round(cpuMs));
    const peak = [...found.values()].map(({ peakMb }) => Math.round(peakMb));
    rows.push([name, ...wall, ratioOf(wall), ...seconds, ratioOf(seconds), ...peak]);
  }
  const eachYear = (unit: string) => YEARS.map((years) => `${unit}, year ${years}`);
  return {
    title: `Ledgers of ${YEARS.join(', ')} years × ${REGIONS.length} regions × ${kindNames.length} kinds × ${ACCOUNTS} accounts, pulled daily (medians of ${ROUNDS})`,
    columns: [
      'asked',
      ...eachYear('wall, ms'),
      '10 / 1',
      ...eachYear('CPU, ms'),
      '10 / 1',
      ...eachYear('RSS, MB'),
    ],
    rows,
  };
}

interface Medians {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

async function measure(args: readonly string[], ledger: string): Promise<Medians> {
  const runs: Medians[] = [];
  const common = ['--ledger', ledger, '--now', NOW, '--log-level', 'error'];
  for (let round = 0; round < ROUNDS; round++) runs.push(await measureCli([...args, ...common]));
  const middle = (name: keyof Medians) => median(runs.map((run) => run[name]));
  return { wallMs: middle('wallMs'), cpuMs: middle('cpuMs'), peakMb: middle('peakMb') };
}

function ratioOf(values: readonly number[]): number {
  return Number(((values.at(-1) ?? Number.NaN) / (values[0] ?? Number.NaN)).toFixed(2));
}

/** Requests are the same every time: one run tells. */
async function benchRequests(ledgers: ReadonlyMap<number, string>): Promise<BenchTable> {
  const rows = new Map<string, (string | number)[]>();
  for (const ledger of ledgers.values()) {
    const store = await openStore(ledger, NOW);
    for (const [name, requests] of Object.entries(await store.requests()))
      rows.set(name, [...(rows.get(name) ?? [name]), requests]);
    await store.close();
  }
  return {
    title: 'The same ledgers on S3: LIST + GET + PUT, and on Trino the bytes and seconds of the question',
    columns: ['asked', ...YEARS.map((years) => `year ${years}`)],
    rows: [...rows.values()],
  };
}
