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
/** What the proxy answers to CONNECT instead of connecting; empty for nothing at all. */
let refusal: string | undefined;

beforeEach(async () => {
  asked = [];
  refusal = undefined;
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
    socket.on('error', () => undefined);
    if (refusal === '') return;
    if (refusal !== undefined) {
      socket.end(refusal);
      return;
    }
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
function pull(env: Readonly<Record<string, string>>, flags: readonly string[] = []): Promise<Finished> {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  const defaults = [
    ...(flags.includes('--ledger') ? [] : ['--ledger', trial.ledger]),
    ...(flags.includes('--region') ? [] : ['--region', 'eu-west-1']),
  ];
  const args = ['pull', ...defaults, '--now', now, ...flags];
  const url = `https://${HOST}:${portOf(endpoint)}`;
  return runCliProcess(args, {
    ...awsEnvironment(trial.simulator.url),
    AWS_ENDPOINT_URL_BACKUP: url,
    BACKUP_LEDGER_MAX_ATTEMPTS: '1',
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

describe('a proxy that does not connect', () => {
  it.each([
    ['407 Proxy Authentication Required', 78, 'so give its user and password in the URL of HTTPS_PROXY'],
    ['403 Forbidden', 78, 'so have it allow the host, or name that in NO_PROXY'],
    ['502 Bad Gateway', 75, 'it answers 502'],
    ['garbage', 75, 'it answers no HTTP'],
  ])('answers %s', async (status, exit, words) => {
    refusal = `HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`;
    const { code, stderr } = await pull({ HTTPS_PROXY: proxyUrl(), AWS_CA_BUNDLE: files.cert });
    expect(stderr).toContain(`the proxy does not connect to ${HOST}: `);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('s3cret');
    expect(code).toBe(exit);
  });

  it('is not waited for when it says nothing', { timeout: 20_000 }, async () => {
    refusal = '';
    const { code } = await pull({ HTTPS_PROXY: proxyUrl(), BACKUP_LEDGER_DEADLINE: '2s' });
    expect(code).toBe(75);
  });

  it('is not asked again for a region that is in no partition', async () => {
    refusal = 'HTTP/1.1 502 Bad Gateway\r\n\r\n';
    const env = { HTTPS_PROXY: proxyUrl(), AWS_ENDPOINT_URL_BACKUP: '', BACKUP_LEDGER_MAX_ATTEMPTS: '5' };
    const { code, stderr } = await pull(env, ['--region', 'xx-nowhere-1']);
    expect(stderr).toContain("is the Region's name right? Got xx-nowhere-1");
    expect(asked).toHaveLength(1);
    expect(code).toBe(78);
  });
});

describe('what the SDK reads from the environment stays given', () => {
  it.each([
    ['my-bucket', {}, 'my-bucket.s3.us-east-1.amazonaws.com:443'],
    ['my-bucket', { AWS_USE_FIPS_ENDPOINT: 'true' }, 'my-bucket.s3-fips.us-east-1.amazonaws.com:443'],
    [
      'my-bucket',
      { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
      'my-bucket.s3.dualstack.us-east-1.amazonaws.com:443',
    ],
    // The alias of an access point stands where a bucket does.
    ['point-4xqz-s3alias', {}, 'point-4xqz-s3alias.s3.us-east-1.amazonaws.com:443'],
  ])('a ledger in %s with %j is asked for at %s', async (bucket, env, host) => {
    refusal = 'HTTP/1.1 502 Bad Gateway\r\n\r\n';
    const plain = { HTTPS_PROXY: proxyUrl(), AWS_REGION: 'us-east-1' };
    await pull({ ...plain, ...env }, ['--region', 'us-east-1', '--ledger', `s3://${bucket}/prefix`]);
    expect(asked[0]).toContain(`CONNECT ${host} `);
  });
});
