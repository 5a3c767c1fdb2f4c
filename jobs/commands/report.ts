import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MANIFEST } from '../../src/ledger/manifest.ts';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ReportConfig } from '../../src/config/commands.ts';
import { urlOf } from '../../src/config/values.ts';
import { LedgerError, UsageError } from '../../src/errors.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import { readReport } from '../../src/report/read-report.ts';
import { accountNames } from '../world/account-names.ts';
import { openEngine } from '../world/engine.ts';
import { realPath } from '../world/real-path.ts';
import { writtenBy } from '../world/package-info.ts';
import { withSession } from '../world/session.ts';
import { stderr } from '../world/output.ts';

/** Makes the report as the command line does and returns the path of its file. */
export function report(config: ReportConfig, interrupted: AbortSignal): Promise<string> {
  return withSession(config, interrupted, async (session) => {
    const path = resolve(config.out);
    await assertReplaceable(path);
    const engine = await openEngine(config, session);
    session.closing(() => engine.close());
    const data = await readReport(engine, {
      now: session.clock.now(),
      from: config.from,
      to: config.to,
      target: config.target === undefined ? undefined : config.target / 100,
      names: await accountNames(config['account-names'], config['max-attempts'], session),
      ledger: urlOf(config.ledger),
      writtenBy: writtenBy(),
    });
    const warning = emptyWarning(data, config);
    if (warning) session.log.warn(warning);
    await write(path, await pageWith(JSON.stringify(data), data.written_by));
    if (config.open) show(path);
    return path;
  });
}

/** What to say where the engine answered nothing at all, which a ledger that is registered and pulled never does. */
function emptyWarning(
  { days, held, freshness }: ReportData,
  { ledger, database }: ReportConfig,
): string | undefined {
  if (days.length > 0 || held.length > 0) return undefined;
  const nothing = `the report is empty: no view has a row of ${urlOf(ledger)}`;
  if (freshness.length > 0) return `${nothing}, though it was pulled: AWS had no jobs to tell of`;
  return ledger.type === 's3'
    ? `${nothing}: register the ledger (backup-ledger register), and see that --database ${database} is its own`
    : `${nothing}: pull first`;
}

/** The page lies beside the build, found from the sources as well as from `dist/`. */
async function pageWith(data: string, maker: string): Promise<string> {
  const candidates = ['../../report/page.html', '../../dist/report/page.html'].map(
    (path) => new URL(path, import.meta.url),
  );
  const template = candidates.find((url) => existsSync(url));
  if (!template)
    throw new LedgerError('report-bug', 'the page of the report is missing beside the installed files');
  const packed = await promisify(gzip)(data, { level: 9 });
  return (await readFile(template, 'utf8'))
    .replace('<!--WRITTEN_BY-->', () => maker)
    .replace('<!--DATA-->', () => packed.toString('base64'));
}

/** By it a report is known. */
const GENERATOR = '<meta name="generator" content="backup-ledger report"';
const HEAD_BYTES = 2_048;

/** Nothing is overwritten but an earlier report, and nothing is put into a ledger. Throws `UsageError`. */
async function assertReplaceable(path: string): Promise<void> {
  for (let folder = dirname(realPath(path)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, MANIFEST)))
      throw new UsageError([`out: expected a file outside every ledger, got ${path}: ${folder} is a ledger`]);
  }
  if (!isFile(path)) return;
  const head = await headOf(path);
  if (head.length > 0 && !head.includes(GENERATOR))
    throw new UsageError([`out: expected a new file or an earlier report, got ${path}, which is neither`]);
}

/** False, too, for a path that leads through a file: writing says so. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(HEAD_BYTES) });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function write(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError([`out: expected a file that can be written, got ${path}: ${why}`]);
  }
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens it with the desktop's own program for such files; does not wait for it. */
function show(path: string): void {
  const [command = 'xdg-open', ...args] = openers[process.platform] ?? [];
  const opener = spawn(command, [...args, path], { detached: true, stdio: 'ignore' });
  opener.on('error', () =>
    stderr.write(`backup-ledger: ${command} was not found, so the report is not shown\n`),
  );
  opener.unref();
}
