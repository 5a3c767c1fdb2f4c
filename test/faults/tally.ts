import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A file with a line for each fault that was injected or survived, in whichever worker. */
    readonly tally: string;
  }
}

export function countFault(event: 'injected' | 'survived'): void {
  appendFileSync(inject('tally'), `${event}\n`);
}

/** Around the whole suite: prints the sum. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'backup-ledger-tally-'));
  const tally = join(folder, 'tally');
  appendFileSync(tally, '');
  project.provide('tally', tally);
  return () => {
    const lines = readFileSync(tally, 'utf8').split('\n');
    rmSync(folder, { recursive: true });
    const [injected = 0, survived = 0] = ['injected', 'survived'].map(
      (event) => lines.filter((line) => line === event).length,
    );
    process.stdout.write(`faults: ${injected} injected, ${survived} survived\n`);
  };
}
