import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { setup as installPython } from '../engines/python.ts';
import { openStateMachineTrial } from '../engines/step-functions/trial.ts';
import { BUNDLE } from '../fixtures/lambda-function.ts';
import { type BenchTable, median } from './table.ts';

const ROUNDS = 11;
const RUNS = 5;

/** Size and load time of the bundle, and of the same code unbundled, and a whole run of the state machine. */
export async function benchLambda(): Promise<BenchTable> {
  execFileSync('npm', ['run', '--silent', 'bundle'], { stdio: 'ignore' });
  installPython();
  const modules = BUNDLE.replace('lambda/index.cjs', 'jobs/lambda.js');
  return {
    title: `the Lambda function (medians of ${ROUNDS} loads, of ${RUNS} runs)`,
    columns: ['what', 'figure', 'unit'],
    rows: [
      ['bundle', Math.round(statSync(BUNDLE).size / 1000), 'kB'],
      ['bundle loads in', loadMs(`require(${JSON.stringify(BUNDLE)})`), 'ms'],
      ['the same unbundled loads in', loadMs(`await import(${JSON.stringify(modules)})`), 'ms'],
      ['state machine, 8 slices of 300 rows, cold starts', await stateMachineMs(), 'ms'],
    ],
  };
}

/** Alternating rounds are not needed: each load is a process of its own. */
function loadMs(load: string): number {
  const script = `const began = performance.now(); (async () => { ${load}; console.log(performance.now() - began); })()`;
  const times = Array.from({ length: ROUNDS }, () =>
    Number(execFileSync(process.execPath, ['--input-type=commonjs', '-e', script], { encoding: 'utf8' })),
  );
  return Math.round(median(times));
}

async function stateMachineMs(): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const trial = await openStateMachineTrial({
      env: { BACKUP_LEDGER_KIND: 'all', BACKUP_LEDGER_REGION: 'eu-west-1,us-east-1' },
    });
    const { status, seconds } = await trial.execute();
    await trial.close();
    if (status !== 'SUCCEEDED') throw new Error(`the run ended ${status}`);
    times.push(seconds * 1000);
  }
  return Math.round(median(times));
}
