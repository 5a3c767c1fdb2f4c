import { spawn } from 'node:child_process';
import { Console } from 'node:console';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import type { PullResult } from '../schemas/pull-result.ts';
import { DAY_MS, startOfDay, utcDay } from '../src/domain/day.ts';
import { startSimulator } from '../src/simulator/index.ts';
import { parseRawPath } from '../src/ledger/raw-key.ts';

/** A trial on an empty machine: a simulated AWS Backup, three pulls through the real SDK, and SQL over the files. */

const LEDGER = 'ledger';
/** Beside the ledger: in it there is nothing but the ledger. */
const MARKER = '.demo-ledger';
const REGIONS = 'eu-west-1,us-east-1,ap-southeast-2';
const cli = fileURLToPath(new URL('./backup-ledger.js', import.meta.url));
const out = new Console(process.stdout);

const LAST_14_DAYS = `
  SELECT start_date, sum(jobs) AS jobs, sum(completed) AS completed, sum(failed) AS failed,
    round(100.0 * sum(completed) / nullif(sum(finished), 0), 1) AS success_percent
  FROM copy_job_daily
  GROUP BY start_date
  ORDER BY start_date DESC
  LIMIT 14`;

const WORST_REASONS = `
  SELECT message_category, sum(jobs) AS jobs, count(DISTINCT account_id) AS accounts
  FROM copy_job_failures
  GROUP BY message_category
  ORDER BY jobs DESC`;

await claimLedger();
const simulator = await startSimulator({ now: await startingInstant() });
try {
  out.log(`A simulated AWS Backup listens on ${simulator.url}.\n`);
  out.log('1. The first pull reads 14 days of three regions.');
  show(await pull());
  out.log('2. Pulled again: nothing changed, so nothing is written.');
  show(await pull());
  simulator.clock.advance(DAY_MS);
  out.log('3. A day later, some jobs have moved on. What would change?');
  for (const { partition, action, added, changed, removed } of (await pull('--dry-run')).plan ?? []) {
    if (action !== 'unchanged')
      out.log(`   ${action} ${partition}: ${added} rows added, ${changed} changed, ${removed} removed`);
  }
  show(await pull());
  out.log('4. Is anything missing, is anything there twice? The ledger is read back:');
  out.log(`   ${await backupLedger('verify')}`);
  out.log('5. The last 14 days, by SQL over the Parquet files, as on Athena:');
  out.log(await query(LAST_14_DAYS));
  out.log('6. And what went wrong:');
  out.log(await query(WORST_REASONS));
  out.log('7. All of it on one page, to open in a browser:');
  out.log(`   ${await backupLedger('report', '--out', 'demo-report.html')}`);
} finally {
  await simulator.close();
}

/** Refuses to mix simulated jobs into somebody's real ledger. */
async function claimLedger(): Promise<void> {
  if (existsSync(LEDGER) && !existsSync(MARKER)) {
    process.stderr.write(
      `./${LEDGER} exists and is not this demo's: move it away, or run the demo in another folder.\n`,
    );
    process.exit(64);
  }
  await writeFile(
    MARKER,
    'The folder ledger/ was made by the demo, and may be thrown away with this file.\n',
  );
}

/** This morning, or after what an earlier demo has left: time never goes back in a ledger. */
async function startingInstant(): Promise<number> {
  const today = startOfDay(utcDay(Date.now())) + 3.5 * 3_600_000;
  const files = await readdir(`${LEDGER}/raw`, { recursive: true }).catch(() => []);
  const pulls = files.map((file) => parseRawPath(`raw/${file}`)?.instant ?? 0);
  return Math.max(today, ...pulls.map((instant) => instant + 3_600_000));
}

async function pull(...flags: string[]): Promise<PullResult> {
  return JSON.parse(await backupLedger('pull', '--region', REGIONS, ...flags)) as PullResult;
}

/** Runs the command line as a user would, a minute after the last time, and returns what it printed. */
async function backupLedger(...command: string[]): Promise<string> {
  const now = new Date(simulator.clock.now()).toISOString();
  simulator.clock.advance(60_000);
  const args = [...command, '--ledger', LEDGER, '--now', now, '--log-level', 'error'];
  out.log(`   $ backup-ledger ${args.join(' ')}`);
  return spawnCli(args);
}

async function spawnCli(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [cli, ...args], {
    env: {
      ...process.env,
      AWS_ENDPOINT_URL_BACKUP: simulator.url,
      AWS_ACCESS_KEY_ID: 'demo',
      AWS_SECRET_ACCESS_KEY: 'demo',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${args.join(' ')} exited with ${code}`);
  return printed;
}

function show({ slices }: PullResult): void {
  for (const { region, pages, kept, partitions } of slices) {
    out.log(
      `   ${region}: ${pages} pages, ${kept} rows, ${partitions.written} files written, ${partitions.unchanged} unchanged`,
    );
  }
  out.log();
}

/** Runs SQL as a user would. */
async function query(sql: string): Promise<string> {
  out.log(`   $ backup-ledger query "${sql.replaceAll(/\s+/g, ' ').trim()}"\n`);
  return spawnCli(['query', sql, '--ledger', LEDGER, '--format', 'table']);
}
