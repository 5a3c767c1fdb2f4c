import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Versions of Node.js the package is for, beside the one that runs the tests. */
export const nodeVersions = ['20.19.0', '22.23.3', '24.21.0'] as const;

/** Folder of a Node.js of this version, from the registry, kept outside the checkout from run to run. */
export function nodeFolder(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const place = join(homedir(), '.cache', 'backup-ledger', `${name}-${version}`);
  const binary = join(place, 'node_modules', name, 'bin', 'node');
  if (!existsSync(binary)) {
    mkdirSync(place, { recursive: true });
    const install = ['install', '--no-audit', '--no-fund', '--no-save', `${name}@${version}`];
    execFileSync('npm', install, { cwd: place, stdio: 'ignore' });
  }
  if (!existsSync(binary)) throw new Error(`Node.js ${version} could not be had from the registry`);
  return dirname(binary);
}
