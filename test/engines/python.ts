import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from './python-environment.ts';

/** The Python peers of the engines suite: moto, pyarrow, the AWS CLI and linters. */
const engines = pythonEnvironment('engines', new URL('./requirements.txt', import.meta.url));

export const { program, run, install: setup } = engines;

/** Runs a script and parses the JSON it prints. */
export async function runScript(script: URL, ...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run('python', [fileURLToPath(script), ...args]);
  if (code !== 0) throw new Error(`${script.pathname} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
