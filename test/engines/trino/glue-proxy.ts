import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface GlueProxy {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Passes everything on to moto, and completes what its Glue answers: real Glue always names these parts of a table's
 * storage, moto only those it was given, and Trino cannot read a view without them.
 */
export async function startGlueProxy(motoUrl: string): Promise<GlueProxy> {
  const server = createServer((request, response) => {
    forward(motoUrl, request, response).catch((error: unknown) => {
      response.writeHead(502).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(motoUrl: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const body = await buffer(request);
  const passed = Object.entries(headers).filter(
    ([name]) => !['connection', 'content-length', 'expect', 'host', 'transfer-encoding'].includes(name),
  ) as [string, string][];
  const init = { method, headers: passed, ...(method === 'POST' && { body }) };
  const answer = await fetch(new URL(url, motoUrl), init);
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? 'application/x-amz-json-1.1';
  response.writeHead(answer.status, { 'content-type': type }).end(answer.ok ? completed(text) : text);
}

const storageDefaults = {
  Columns: [],
  Compressed: false,
  NumberOfBuckets: 0,
  BucketColumns: [],
  SortColumns: [],
  Parameters: {},
  StoredAsSubDirectories: false,
};

function completed(text: string): string {
  return JSON.stringify(
    JSON.parse(text, (key, value: unknown) => {
      const isStorage = key === 'StorageDescriptor' && typeof value === 'object';
      return isStorage ? { ...storageDefaults, ...value } : value;
    }),
  );
}
