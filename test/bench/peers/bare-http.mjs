import { Agent, request } from 'node:http';
import { everything } from './everything.mjs';

/** A floor: bare HTTP and JSON of the same pages, then bare PUTs of objects of the given sizes. Nothing is signed. */

const { regions, sizes, sink } = JSON.parse(process.argv[2] ?? '{}');
const agent = new Agent({ keepAlive: true });

function exchange(url, options, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, ...options }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
    });
    // A kept connection may have been closed at the other end just before it was used again.
    sent.on('error', (error) => (sent.reusedSocket ? resolve(exchange(url, options, body)) : reject(error)));
    sent.end(body);
  });
}

async function readPages(region) {
  let NextToken = '';
  do {
    const query = new URLSearchParams({ ...everything, ...(NextToken && { NextToken }) });
    const url = `${process.env.AWS_ENDPOINT_URL_BACKUP}/audit/copy-job-summaries?${query}`;
    const { status, body } = await exchange(url, { headers: { 'x-region': region } });
    if (status === 200) NextToken = JSON.parse(body.toString()).NextToken;
  } while (NextToken);
}

await Promise.all(regions.map(readPages));
await Promise.all(sizes.map((size) => exchange(sink, { method: 'PUT' }, Buffer.alloc(size))));
agent.destroy();
