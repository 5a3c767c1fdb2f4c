import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Trino server of the engines suite, put together from Maven Central once, outside the checkout. */

const POM = fileURLToPath(new URL('./pom.xml', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('./Trino.java', import.meta.url));
const OLDEST_JAVA = 17;

export const home = join(homedir(), '.cache', 'backup-ledger', `trino-${digestOf([POM, LAUNCHER])}`);
/** Written last: an installation without it was never finished. */
const complete = join(home, '.complete');

/** Installs the server unless it is there already. Without Java and Maven there is no suite: that is a failure. */
export function setup(): void {
  needJava();
  if (existsSync(complete)) return;
  process.stderr.write(`Installing Trino into ${home}: once, some minutes and 450 MB.\n`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  execFileSync('mvn', ['--batch-mode', '--quiet', '--file', POM, `-Dtarget=${home}`, 'package'], {
    stdio: 'inherit',
  });
  execFileSync('javac', ['-cp', join(home, 'lib', '*'), '-d', join(home, 'launcher'), LAUNCHER]);
  writeFileSync(complete, '');
}

function needJava(): void {
  const found = ['java', 'javac', 'mvn'].filter((name) => spawnSync(name, ['-version']).error === undefined);
  const [, version = '0'] =
    /version "(\d+)/.exec(spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr) ?? [];
  if (found.length === 3 && Number(version) >= OLDEST_JAVA) return;
  throw new Error(
    `The engines suite needs a JDK ${OLDEST_JAVA} or newer and Maven (java, javac, mvn) on the PATH, and found ` +
      `${found.join(', ') || 'none'}, Java ${version} ` +
      '(Debian: openjdk-17-jdk-headless and maven): install them and run again.',
  );
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}
