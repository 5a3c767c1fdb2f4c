import { cpus } from 'node:os';
import { benchContest } from './contest.ts';
import { benchEncode } from './encode.ts';
import { benchFunction } from './function-run.ts';
import { benchLambda } from './lambda.ts';
import { benchProof } from './proof.ts';
import { benchQuery } from './query.ts';
import { benchRate } from './rate.ts';
import { benchRegions } from './regions.ts';
import { benchStartUp } from './start-up.ts';
import { type BenchTable, printTable } from './table.ts';
import { benchVerify } from './verify.ts';
import { benchWhole } from './whole.ts';
import { benchYears } from './years.ts';

/** `npm run bench`: every figure the README states, measured here and now. With names, those benchmarks only. */

const benches: Readonly<Record<string, () => AsyncGenerator<BenchTable> | Promise<BenchTable>>> = {
  encode: benchEncode,
  contest: benchContest,
  rate: benchRate,
  regions: benchRegions,
  proof: benchProof,
  verify: benchVerify,
  'start-up': benchStartUp,
  lambda: benchLambda,
  function: benchFunction,
  query: benchQuery,
  years: benchYears,
  whole: benchWhole,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0)
  throw new Error(`expected any of ${Object.keys(benches).join(', ')}, got ${unknown.join(', ')}`);

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const tables = bench();
  if (tables instanceof Promise) printTable(await tables);
  else for await (const table of tables) printTable(table);
}
