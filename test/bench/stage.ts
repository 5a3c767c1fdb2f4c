import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator } from '../../src/simulator/index.ts';
import { listen } from '../fixtures/listen.ts';
import { startS3Server } from '../fixtures/s3-server.ts';

/**
 * What every contestant is measured against, in a process of its own: an S3, and the simulator's pages, each made once
 * and then given from memory, so that what is measured is the contestant.
 *
 * Prints its two endpoints as JSON. `POST /_stage` changes how it answers, `DELETE /_stage` tells and forgets what was
 * asked of it, `PUT /_sink` takes whatever is sent.
 */

/** How pages are answered. */
interface Play {
  /** Milliseconds an answer takes at least. */
  latencyMs: number;
  /** One request in so many is throttled; 0 for none. */
  throttleEvery: number;
  /** So many of the newest days have twice the jobs. */
  daysMoved: number;
  /** Objects under it are deleted. */
  clear?: string;
}

/** What was asked of it. */
export interface Toll {
  requests: number;
  throttled: number;
  puts: number[];
  bytesIn: number;
  bytesOut: number;
}

const play: Play = { latencyMs: 0, throttleEvery: 0, daysMoved: 0 };
const NO_TOLL = { requests: 0, throttled: 0, bytesIn: 0, bytesOut: 0 };
let toll: Omit<Toll, 'puts'> = { ...NO_TOLL };
let sunk: number[] = [];
const pages = new Map<string, Buffer>();

const [summaries = '1000'] = process.argv.slice(2);
const simulator = await startSimulator({ summaries: Number(summaries) });
const s3 = await startS3Server();
let s3Seen = 0;

function regionOf({ headers }: IncomingMessage): string {
  const [, scope] = /Credential=[^/]+\/\d{8}\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  return scope ?? String(headers['x-region']);
}

async function pageOf(message: IncomingMessage): Promise<Buffer> {
  const region = regionOf(message);
  const { pathname, searchParams } = new URL(message.url ?? '/', simulator.url);
  searchParams.sort();
  const path = `${pathname}?${searchParams.toString()}`;
  const key = `${play.daysMoved} ${region} ${path}`;
  const known = pages.get(key);
  if (known) return known;
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20261123/${region}/backup/aws4_request`;
  const answer = await fetch(`${simulator.url}${path}`, { headers: { authorization } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  const page = Buffer.from(play.daysMoved > 0 ? moved(text) : text);
  pages.set(key, page);
  return page;
}

/** The same page, with twice the jobs on the newest days: rows and totals alike. */
function moved(text: string): string {
  const page = JSON.parse(text) as { CopyJobSummaries: { StartTime: number; Count: number }[] };
  const newest = simulator.clock.now() / 1000 - ((simulator.clock.now() / 1000) % 86_400);
  for (const summary of page.CopyJobSummaries)
    if (summary.StartTime >= newest - play.daysMoved * 86_400) summary.Count *= 2;
  return JSON.stringify(page);
}

async function answerPage(message: IncomingMessage, response: ServerResponse): Promise<void> {
  toll.requests += 1;
  const throttles = play.throttleEvery > 0 && toll.requests % play.throttleEvery === 0;
  const page = throttles ? Buffer.from('{"message":"Rate exceeded"}') : await pageOf(message);
  if (play.latencyMs > 0) await sleep(play.latencyMs);
  if (throttles) {
    toll.throttled += 1;
    response.writeHead(400, { 'x-amzn-errortype': 'ThrottlingException' });
  }
  toll.bytesIn += page.length;
  response.setHeader('content-type', 'application/json');
  response.end(page);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Sizes of the objects put into the S3 since it was asked last. */
function s3Puts(): number[] {
  const asked = s3.requests.slice(s3Seen);
  s3Seen = s3.requests.length;
  toll.requests += asked.length;
  return asked
    .filter(({ operation }) => operation === 'PutObject')
    .map(({ headers }) => Number(headers['x-amz-decoded-content-length'] ?? headers['content-length']));
}

async function direct(message: IncomingMessage, response: ServerResponse): Promise<void> {
  if (message.method === 'POST') {
    const { clear, ...change } = JSON.parse((await bodyOf(message)).toString()) as Partial<Play>;
    Object.assign(play, change);
    for (const key of s3.objects.keys()) if (clear && key.startsWith(clear)) s3.objects.delete(key);
    response.end();
    return;
  }
  const puts = [...s3Puts(), ...sunk];
  const bytesOut = puts.reduce((sum, size) => sum + size, 0);
  response.end(JSON.stringify({ ...toll, puts, bytesOut }));
  toll = { ...NO_TOLL };
  sunk = [];
}

async function sink(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { length } = await bodyOf(message);
  toll.requests += 1;
  sunk.push(length);
  response.end();
}

const { url } = await listen((message, response) => {
  const answer = message.url === '/_stage' ? direct : message.url === '/_sink' ? sink : answerPage;
  answer(message, response).catch((error: unknown) => response.destroy(error as Error));
});
console.log(JSON.stringify({ url, s3Url: s3.url }));
