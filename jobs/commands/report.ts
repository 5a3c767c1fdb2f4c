import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ReportConfig } from '../../src/config/commands.ts';
import { LedgerError, UsageError } from '../../src/errors.ts';
import { readReport } from '../../src/report/read-report.ts';
import { writtenBy } from '../world/package-info.ts';
import { withSession } from '../world/session.ts';
import { openEngine } from './query.ts';

/** Makes the report as the command line does and returns the path of its file. */
export function report(config: ReportConfig, interrupted: AbortSignal): Promise<string> {
  return withSession(config, interrupted, async ({ clock, signal, closing }) => {
    const engine = await openEngine(config, signal);
    closing(() => engine.close());
    const { from, to, ledger } = config;
    const place = ledger.type === 's3' ? `s3://${ledger.bucket}/${ledger.prefix}` : ledger.path;
    const by = writtenBy();
    const data = await readReport(engine, { now: clock.now(), from, to, ledger: place, writtenBy: by });
    const path = resolve(config.out);
    await write(path, await pageWith(JSON.stringify(data), by));
    if (config.open) show(path);
    return path;
  });
}

/** The page lies beside the build, found from the sources as well as from `dist/`. */
async function pageWith(data: string, maker: string): Promise<string> {
  const places = ['../../report/page.html', '../../dist/report/page.html'].map(
    (path) => new URL(path, import.meta.url),
  );
  const place = places.find((url) => existsSync(url));
  if (!place)
    throw new LedgerError('report-bug', 'the page of the report is missing beside the installed files');
  const packed = await promisify(gzip)(data, { level: 9 });
  return (await readFile(place, 'utf8'))
    .replace('<!--WRITTEN_BY-->', () => maker)
    .replace('<!--DATA-->', () => packed.toString('base64'));
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

/** By whatever the desktop opens such files with; nobody waits for it, and without a desktop nothing happens. */
function show(path: string): void {
  const [command = 'xdg-open', ...args] = openers[process.platform] ?? [];
  const opener = spawn(command, [...args, path], { detached: true, stdio: 'ignore' });
  opener.on('error', () =>
    process.stderr.write(`backup-ledger: ${command} was not found, so the report is not shown\n`),
  );
  opener.unref();
}
