import { cpus } from 'node:os';
import { benchEncode } from './encode.ts';
import { benchLambda } from './lambda.ts';
import { benchProof } from './proof.ts';
import { benchPull } from './pull.ts';
import { benchQuery } from './query.ts';
import { benchRegions } from './regions.ts';
import { benchStartUp } from './start-up.ts';
import { printTable } from './table.ts';
import { benchVerify } from './verify.ts';

/** `npm run bench`: every figure the README states, measured here and now. */

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
for (const bench of [
  benchEncode,
  benchPull,
  benchProof,
  benchRegions,
  benchVerify,
  benchStartUp,
  benchLambda,
  benchQuery,
])
  printTable(await bench());
