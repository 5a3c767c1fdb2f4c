import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { runCliProcess, startCli } from '../fixtures/cli.ts';
import { type S3Server, startS3Server } from '../fixtures/s3-server.ts';
import { until } from '../fixtures/line-up.ts';

/** What authenticates us must not be found anywhere; nothing must be left anywhere but in the ledger. */

const markers = {
  AWS_ACCESS_KEY_ID: 'AKIAMARKEROFTHEKEYID',
  AWS_SECRET_ACCESS_KEY: 'MARKER/of+the+secret',
  AWS_SESSION_TOKEN: 'MARKER//of+the+session+token==',
};
const NOW = '2026-11-23T03:30:00Z';

let simulator: Simulator;
let folder: string;
let servers: { close(): unknown }[];
beforeEach(async () => {
  simulator = await startSimulator({ now: Date.parse(NOW), summaries: 100 });
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-'));
  servers = [simulator];
  for (const name of ['home', 'tmp', 'cwd']) await mkdir(join(folder, name));
});
afterEach(async () => {
  for (const server of servers) await server.close();
  await rm(folder, { recursive: true });
});

/** Answers every request with an error that repeats the request's own headers, as SignatureDoesNotMatch does. */
async function startEcho(): Promise<string> {
  const server: Server = createServer(({ headers }, response) => {
    const headersText = Object.entries(headers).map(([name, value]) => `${name}:${String(value)}`);
    const canonical = `The Canonical String should have been\n'GET\n${headersText.join('\n')}'`;
    const message = `${JSON.stringify(headers)}\n\n${canonical}`;
    response.writeHead(403, { 'x-amzn-errortype': 'SignatureDoesNotMatch' });
    response.end(JSON.stringify({ __type: 'SignatureDoesNotMatch', message }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startS3(): Promise<S3Server> {
  const s3 = await startS3Server({
    region: 'eu-west-1',
    buckets: { 'trial-bucket': '111122223333' },
    accessKeyId: markers.AWS_ACCESS_KEY_ID,
    secretAccessKey: markers.AWS_SECRET_ACCESS_KEY,
  });
  servers.push(s3);
  return s3;
}

function environment(backupUrl: string): Record<string, string> {
  return {
    ...markers,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_BACKUP: backupUrl,
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
  };
}

const args = (ledger: string) => ['pull', '--ledger', ledger, '--now', NOW, '--max-attempts', '2'];

async function filesIn(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Everything in the ledger, as text. */
async function ledgerTexts(): Promise<string[]> {
  const files = await Promise.all((await filesIn(join(folder, 'ledger'))).map((file) => readFile(file)));
  return files.map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('latin1'));
}

function expectNoMarker(texts: readonly string[]): void {
  expect(texts.join('').length).toBeGreaterThan(0);
  for (const text of texts) for (const marker of Object.values(markers)) expect(text).not.toContain(marker);
}

async function expectNothingLeft(): Promise<void> {
  for (const name of ['home', 'tmp', 'cwd']) expect(await filesIn(join(folder, name))).toEqual([]);
  const names = (await readdir(folder)).filter((name) => name !== 'ledger');
  expect(names.toSorted()).toEqual(['cwd', 'home', 'tmp']);
}

describe('credentials reach neither log, nor result, nor ledger', () => {
  it.each(['json', 'pretty'])('of a good pull that logs everything (%s)', async (format) => {
    const flags = ['--log-level', 'trace', '--log-format', format, '--progress', 'always'];
    const ledger = join(folder, 'ledger');
    const { code, stdout, stderr } = await runCliProcess(
      [...args(ledger), ...flags],
      environment(simulator.url),
      join(folder, 'cwd'),
    );
    expect(code).toBe(0);
    const texts = await ledgerTexts();
    expect(texts.length).toBeGreaterThan(4);
    expectNoMarker([stdout, stderr, ...texts]);
    await expectNothingLeft();
  });

  it('when AWS Backup answers by repeating the signed request', async () => {
    const { code, stdout, stderr } = await runCliProcess(
      [...args(join(folder, 'ledger')), '--log-level', 'trace'],
      environment(await startEcho()),
      join(folder, 'cwd'),
    );
    expect(code).toBe(78);
    expect(stdout).toContain('SignatureDoesNotMatch');
    expectNoMarker([stdout, stderr, ...(await ledgerTexts())]);
    await expectNothingLeft();
  });

  it('when S3 does', async () => {
    const { code, stdout, stderr } = await runCliProcess(
      [...args('s3://trial-bucket/prefix'), '--s3-path-style', '--log-level', 'trace'],
      { ...environment(simulator.url), AWS_ENDPOINT_URL_S3: await startEcho() },
      join(folder, 'cwd'),
    );
    expect(code).not.toBe(0);
    expectNoMarker([stdout, stderr]);
    await expectNothingLeft();
  });

  it('of a good pull into a bucket', async () => {
    const s3 = await startS3();
    const { code, stdout, stderr } = await runCliProcess(
      [...args('s3://trial-bucket/prefix'), '--s3-path-style', '--log-level', 'trace'],
      { ...environment(simulator.url), AWS_ENDPOINT_URL_S3: s3.url },
      join(folder, 'cwd'),
    );
    expect(code).toBe(0);
    const objects = [...s3.objects.values()].map(({ bytes }) => Buffer.from(bytes));
    const texts = objects.map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('latin1'));
    expectNoMarker([stdout, stderr, ...texts]);
    await expectNothingLeft();
  });
});

describe('nothing is left behind', () => {
  it('by a pull that is stopped while it reads', async () => {
    simulator.setFaults([{ fault: 'hang' }]);
    const ledger = join(folder, 'ledger');
    const { child, finished } = startCli(args(ledger), environment(simulator.url), join(folder, 'cwd'));
    await until(() => simulator.requests.inFlight > 0);
    child.kill('SIGTERM');
    expect(await finished).toMatchObject({ code: 143 });
    await expectNothingLeft();
    const names = (await filesIn(ledger)).map((file) => file.slice(ledger.length + 1));
    expect(names.filter((name) => !name.startsWith('pulls/')).toSorted()).toEqual(['.lock', 'ledger.json']);
  });
});
