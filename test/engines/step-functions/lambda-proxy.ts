import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer, json } from 'node:stream/consumers';
import type { Invocation } from '../../fixtures/lambda-function.ts';

export interface LambdaProxy {
  readonly url: string;
  readonly port: string;
  /** Says where everything but invocations goes, and what answers these. */
  connect(motoUrl: string, invoke: (event: unknown) => Promise<Invocation>): void;
  close(): Promise<void>;
}

/** Stands where moto looks for Lambda: invocations reach the real bundle, and everything else goes on to moto. */
export async function startLambdaProxy(): Promise<LambdaProxy> {
  let moto = '';
  let run: (event: unknown) => Promise<Invocation> = () => Promise.reject(new Error('not connected'));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!/^\/2015-03-31\/functions\/[^/]+\/invocations/.test(request.url ?? ''))
      return pass(moto, request, response);
    const { payload, failed } = await run(await json(request));
    response
      .writeHead(200, {
        'content-type': 'application/json',
        ...(failed && { 'x-amz-function-error': 'Unhandled' }),
      })
      .end(JSON.stringify(payload));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: String(address.port),
    connect(motoUrl, invoke) {
      moto = motoUrl;
      run = invoke;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const OWN_HEADERS = ['connection', 'content-length', 'expect', 'host', 'transfer-encoding'];

async function pass(moto: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const passed = Object.entries(headers).filter(([name]) => !OWN_HEADERS.includes(name)) as [
    string,
    string,
  ][];
  const body = await buffer(request);
  const init = { method, headers: passed, ...(method !== 'GET' && method !== 'HEAD' && { body }) };
  const answered = await fetch(new URL(url, moto), init);
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(Buffer.from(await answered.arrayBuffer()));
}
