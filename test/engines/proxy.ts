import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../fixtures/listen.ts';

export interface Asked {
  readonly url: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ProxyOptions {
  /** Answers a request itself, or leaves it to the service behind. */
  readonly answer?: (asked: Asked) => Promise<Answer | undefined>;
  /** Changes what the service behind answered when all went well. */
  readonly amend?: (body: string) => string;
}

export interface Proxy {
  readonly url: string;
  readonly port: string;
  /** Says where the service behind is. */
  connect(target: string): void;
  close(): Promise<void>;
}

/** Stands before one of moto's services that knows too little, and passes everything else on. Bodies are text. */
export async function startProxy({ answer, amend = (body) => body }: ProxyOptions): Promise<Proxy> {
  let target = '';

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/' } = request;
    const body = await text(request);
    const own = await answer?.({ url, body });
    if (own) {
      response.writeHead(own.status, own.headers).end(own.body);
      return;
    }
    const passed = await fetch(new URL(url, target), requestOf(request, body));
    const type = passed.headers.get('content-type') ?? 'application/x-amz-json-1.1';
    const said = await passed.text();
    response.writeHead(passed.status, { 'content-type': type }).end(passed.ok ? amend(said) : said);
  }

  const listening = await listen((request, response) => {
    respond(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  return {
    ...listening,
    connect(url) {
      target = url;
    },
  };
}

/** Headers of the connection, not of the request. */
const OWN_HEADERS = ['connection', 'content-length', 'expect', 'host', 'transfer-encoding'];

function requestOf({ method = 'GET', headers }: IncomingMessage, body: string): RequestInit {
  const passed = Object.entries(headers).filter(([name]) => !OWN_HEADERS.includes(name)) as [
    string,
    string,
  ][];
  return { method, headers: passed, ...(method === 'POST' && { body }) };
}
