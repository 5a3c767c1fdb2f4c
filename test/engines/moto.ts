import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { program } from './python.ts';
import { bareEnvironment } from './python-environment.ts';

export interface Moto {
  /** Endpoint of every AWS service it imitates. */
  readonly url: string;
  /** Every request answered so far, such as `PUT /bucket/key 412`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Starts moto's server on a free port: an AWS by other people than those who wrote ours. */
export async function startMoto(env: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const child = spawn(program('moto_server'), ['--host', '127.0.0.1', '--port', '0'], {
    env: { ...bareEnvironment(), PYTHONUNBUFFERED: '1', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const requests: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    const said: string[] = [];
    child.once('error', reject);
    child.once('close', () => reject(new Error(`moto_server ended: ${said.join('\n')}`)));
    createInterface(child.stderr).on('line', (line) => {
      said.push(line);
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (found) resolve(found);
      const [, request, status] = /"([A-Z]+ .*) HTTP\/1\.\d" (\d{3})/.exec(line) ?? [];
      if (request) requests.push(`${request} ${status}`);
    });
  });
  return {
    url,
    requests,
    async close() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
