import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, runCliProcess } from '../fixtures/cli.ts';
import { awsEnvironment, openTrial, type Trial } from '../fixtures/trial.ts';

/** Through a real proxy that takes CONNECT, to an endpoint with a certificate of its own authority. */

/** A name that no network knows: only the proxy does. */
const HOST = 'backup.example.test';

/** An authority that signs for this name alone, and only in tests. */
const files = {
  key: fileURLToPath(new URL('../fixtures/test-authority.key.pem', import.meta.url)),
  cert: fileURLToPath(new URL('../fixtures/test-authority.pem', import.meta.url)),
};

let trial: Trial;
let endpoint: Server;
let proxy: Server;
let asked: string[] = [];

beforeEach(async () => {
  asked = [];
  trial = await openTrial({ summaries: 20 });
  endpoint = createTlsServer(
    { key: readFileSync(files.key), cert: readFileSync(files.cert) },
    (incoming, outgoing) => {
      const { port } = new URL(trial.simulator.url);
      incoming.pipe(
        request(
          { port, path: incoming.url, method: incoming.method, headers: incoming.headers },
          (answer: IncomingMessage) => {
            outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
            answer.pipe(outgoing);
          },
        ),
      );
    },
  );
  await listen(endpoint);
  proxy = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    outgoing.writeHead(500).end();
  });
  proxy.on('connect', (incoming: IncomingMessage, socket) => {
    asked.push(`CONNECT ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim());
    const through = connect(portOf(endpoint), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    through.on('error', () => socket.destroy());
    socket.on('error', () => through.destroy());
  });
  await listen(proxy);
});
afterEach(async () => {
  for (const server of [endpoint, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  await trial.close();
});

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Pulls from the endpoint that only the proxy knows. */
function pull(env: Readonly<Record<string, string>>): Promise<Finished> {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  const args = [
    'pull',
    '--ledger',
    trial.ledger,
    '--region',
    'eu-west-1',
    '--now',
    now,
    '--max-attempts',
    '1',
  ];
  const url = `https://${HOST}:${portOf(endpoint)}`;
  return runCliProcess(args, {
    ...awsEnvironment(trial.simulator.url),
    AWS_ENDPOINT_URL_BACKUP: url,
    ...env,
  });
}

const proxyUrl = () => `http://me:s3cret@127.0.0.1:${portOf(proxy)}`;

describe('a pull behind a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])(
    'goes through that of %s, and trusts AWS_CA_BUNDLE',
    async (name) => {
      const { code, stderr } = await pull({ [name]: proxyUrl(), AWS_CA_BUNDLE: files.cert });
      expect({ code, asked: [...new Set(asked)] }).toEqual({
        code: 0,
        asked: [`CONNECT ${HOST}:${portOf(endpoint)} Basic ${btoa('me:s3cret')}`],
      });
      expect(stderr).not.toContain('s3cret');
      expect((await trial.rows()).length).toBeGreaterThan(0);
    },
  );

  it('is told of AWS_CA_BUNDLE when it does not trust the certificate', async () => {
    const { code, stderr } = await pull({ HTTPS_PROXY: proxyUrl() });
    expect(stderr).toContain('name its file in AWS_CA_BUNDLE');
    expect(stderr).not.toContain('s3cret');
    expect(code).toBe(78);
  });

  it('goes past it to what NO_PROXY names, and to this machine', async () => {
    const past = await pull({ HTTPS_PROXY: proxyUrl(), NO_PROXY: `.test`, AWS_CA_BUNDLE: files.cert });
    expect(past.code).toBe(75);
    const here = await pull({ HTTP_PROXY: proxyUrl(), AWS_ENDPOINT_URL_BACKUP: trial.simulator.url });
    expect(here.code).toBe(0);
    expect(asked).toEqual([]);
  });

  it.each([
    ['AWS_USE_FIPS_ENDPOINT', 'backup-fips.eu-west-1.amazonaws.com:443'],
    ['AWS_USE_DUALSTACK_ENDPOINT', 'backup.eu-west-1.api.aws:443'],
  ])('asks at the endpoint that %s names', async (name, host) => {
    await pull({ HTTPS_PROXY: proxyUrl(), [name]: 'true', AWS_ENDPOINT_URL_BACKUP: '' });
    expect(asked[0]).toContain(`CONNECT ${host}`);
  });

  it.each([
    [{ HTTPS_PROXY: 'proxy:s3cret' }, 'HTTPS_PROXY: expected the URL of a proxy'],
    [
      { AWS_CA_BUNDLE: '/nowhere.pem' },
      'AWS_CA_BUNDLE: expected a readable file of certificates, got /nowhere.pem',
    ],
  ])('is told when %j cannot be used', async (env, words) => {
    const { code, stderr, stdout } = await pull(env);
    expect(stderr + stdout).toContain(words);
    expect(stderr + stdout).not.toContain('s3cret');
    expect(code).toBe(78);
  });
});
