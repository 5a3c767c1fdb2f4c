import type { ServerResponse } from 'node:http';
import type { Answer } from '../errors.ts';
import type { Fault, FaultName } from '../faults/faults.ts';

type Sender = (response: ServerResponse, answer: Answer) => void;

/** The ways a transfer can break. */
const senders: Readonly<Partial<Record<FaultName, Sender>>> = {
  reset: (response) => void response.socket?.resetAndDestroy(),
  hang: () => undefined,
  stall: (response, answer) => sendHalf(response, answer),
  'truncated-body': (response, answer) => sendHalf(response, answer, () => response.socket?.destroy()),
  'truncated-json': (response, answer) => sendWhole(response, { ...answer, body: half(answer.body) }),
};

/** Sends an answer, or breaks it the way the fault says. */
export function send(response: ServerResponse, answer: Answer, breaking?: Fault): void {
  const sender = (breaking && senders[breaking.fault]) ?? sendWhole;
  sender(response, answer);
}

function half(body: string): string {
  return body.slice(0, Math.ceil(body.length / 2));
}

function sendWhole(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersOf(answer));
  response.end(answer.body);
}

function sendHalf(response: ServerResponse, answer: Answer, then: () => void = () => undefined): void {
  response.writeHead(answer.status, headersOf(answer));
  response.write(half(answer.body), then);
}

function headersOf(answer: Answer): Record<string, string | number> {
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answer.body),
    ...answer.headers,
  };
}
