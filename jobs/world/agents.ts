import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { BrokenTransferError } from '../../src/adapters/aws/errors.ts';
import { PROXY_REFUSED } from '../../src/adapters/aws/unknown-region.ts';
import { LedgerError } from '../../src/errors.ts';

/** As many connections as the SDK's own agents keep. */
const KEPT = { keepAlive: true, maxSockets: 50 } as const;

/** For the SDK's request handler. */
export interface Agents {
  readonly httpAgent?: HttpAgent;
  readonly httpsAgent?: HttpsAgent;
}

/**
 * How AWS is reached where it is not reached directly: through the proxies of HTTPS_PROXY, HTTP_PROXY and NO_PROXY (in capitals
 * or not), trusting the certificates of AWS_CA_BUNDLE, as the AWS CLI does. Nothing when none of them is set: the SDK has
 * agents of its own. Throws `LedgerError` for one that cannot be used.
 */
export function agents(env: Readonly<Record<string, string | undefined>> = process.env): Agents {
  const ca = certificates(env['AWS_CA_BUNDLE']);
  const isProxied = proxyNames.some((name) => isUsable(name, env[name] ?? env[name.toLowerCase()]));
  if (!isProxied) return ca ? { httpsAgent: new HttpsAgent({ ...KEPT, ca }) } : {};
  const agent = new ChoosingAgent(ca);
  return { httpAgent: agent, httpsAgent: agent };
}

const proxyNames = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

function isUsable(name: string, value: string | undefined): boolean {
  if (!value) return false;
  // Not shown in the message: it may hold a password.
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value))
    throw new LedgerError(
      'fix-config',
      `${name}: expected the URL of a proxy, such as http://proxy.example.com:3128`,
    );
  return true;
}

function certificates(path: string | undefined): Buffer | undefined {
  if (!path) return undefined;
  const unusable = (why: string) =>
    new LedgerError(
      'fix-config',
      `AWS_CA_BUNDLE: expected a readable file of certificates, got ${path}: ${why}`,
    );
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error));
  }
  // Node takes a file without any, and then trusts nobody.
  if (!/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(bytes.toString('latin1')))
    throw unusable('it holds none');
  return bytes;
}

/** Chooses for each request: a bucket may have a host of its own, and NO_PROXY may name it. */
class ChoosingAgent extends Agent {
  readonly #ca: Buffer | undefined;
  readonly #chosen = new Map<string, HttpAgent>();
  /** Ends the connections of proxies that have not answered yet, which belong to no agent: they would keep the process. */
  readonly #closing = new AbortController();

  constructor(ca: Buffer | undefined) {
    // Handed on with each request: the agents of proxies forget what they are made with.
    super({ ...KEPT, ...(ca && { ca }) });
    this.#ca = ca;
    setMaxListeners(0, this.#closing.signal);
  }

  override async connect(_request: ClientRequest, options: AgentConnectOpts): Promise<HttpAgent> {
    const { secureEndpoint, host = 'localhost', port } = options;
    const url = `${secureEndpoint ? 'https' : 'http'}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    const proxy = isLoopback(host) ? '' : getProxyForUrl(url);
    const name = `${secureEndpoint} ${proxy}`;
    const agent = this.#chosen.get(name) ?? this.#open(secureEndpoint, proxy);
    this.#chosen.set(name, agent);
    return agent;
  }

  #open(isSecure: boolean, proxy: string): HttpAgent {
    const options = { ...KEPT, ...(this.#ca && { ca: this.#ca }) };
    if (proxy === '') return isSecure ? new HttpsAgent(options) : new HttpAgent(KEPT);
    if (!isSecure) return new HttpProxyAgent(proxy, KEPT);
    const agent = new HttpsProxyAgent(proxy, { ...options, signal: this.#closing.signal });
    return agent.on('proxyConnect', refuseRefusal);
  }

  override destroy(): void {
    this.#chosen.forEach((agent) => agent.destroy());
    super.destroy();
    this.#closing.abort();
  }
}

/** A proxy that does not connect has said nothing AWS would say; thrown, it is the request's error. */
function refuseRefusal({ statusCode }: { readonly statusCode: number }, request: ClientRequest): void {
  if (statusCode === 200) return;
  const { host: hostname } = request;
  const what = `the proxy does not connect to ${hostname}: it answers ${Number.isNaN(statusCode) ? 'no HTTP' : statusCode}`;
  if (statusCode === 407)
    throw new LedgerError('fix-config', `${what}, so give its user and password in the URL of HTTPS_PROXY`);
  if (statusCode < 500)
    throw new LedgerError('fix-config', `${what}, so have it allow the host, or name that in NO_PROXY`);
  throw Object.assign(new BrokenTransferError(what), { code: PROXY_REFUSED, hostname });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
