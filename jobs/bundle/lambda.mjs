import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling, ROOT, writeLicences } from './bundling.mjs';

/**
 * Bundles the Lambda function into one file, with the licences of what is in it beside it. CommonJS: parquetjs-lite assigns
 * undeclared variables, which strict code may not.
 */

const OUT = join(ROOT, 'dist/lambda');

const { metafile } = await build({
  ...bundling,
  entryPoints: ['jobs/lambda.ts'],
  outfile: join(OUT, 'index.cjs'),
  format: 'cjs',
  minify: true,
  // Ours is strict, and would make the whole file so.
  tsconfigRaw: {},
  // What a function on Lambda never needs: locks and SQL of a local ledger, displays of a terminal.
  external: ['@duckdb/node-api', 'fs-native-extensions', 'pino-pretty', 'log-update'],
});

const licences = writeLicences(metafile, OUT);
const [output] = Object.values(metafile.outputs);
process.stdout.write(`dist/lambda/index.cjs: ${output?.bytes} bytes, ${licences} packages\n`);
