import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { bundling, ROOT, writeLicences } from './bundling.mjs';

/**
 * Bundles the command line: `dist/jobs/backup-ledger.js`, and in `dist/cli/` what it loads, with the licences of what is in
 * it. Hundreds of files take longer to be found than to be read. Not minified: nothing would be gained but smaller files,
 * and stack traces of bugs are to be read.
 */

const CHUNKS = 'dist/cli';

/**
 * Plain text, such as all our help, is as wide as it is long. For anything else `string-width` is there, but it makes a
 * segmenter when it is loaded, which takes 20 ms.
 */
const plainWidth = {
  name: 'plain width',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^string-width$/ }, async ({ path, kind, ...where }) => {
      // Asked for by what is put in its place.
      if (kind !== 'import-statement') return undefined;
      const found = await resolve(path, { ...where, kind: 'require-call' });
      return { path: relative(ROOT, found.path), namespace: 'plain-width' };
    });
    onLoad({ filter: /./, namespace: 'plain-width' }, ({ path }) => ({
      contents: `
        const isPlain = (text) => typeof text === 'string' && /^[ -~]*$/.test(text);
        export default (text, options) =>
          isPlain(text) ? text.length : require(${JSON.stringify(`./${path}`)}).default(text, options);`,
      resolveDir: ROOT,
    }));
  },
};

rmSync(join(ROOT, CHUNKS), { recursive: true, force: true });
const { metafile } = await build({
  ...bundling,
  entryPoints: { 'jobs/backup-ledger': 'jobs/backup-ledger.ts' },
  outdir: 'dist',
  chunkNames: 'cli/[name]-[hash]',
  format: 'esm',
  splitting: true,
  plugins: [...bundling.plugins, plainWidth],
  // Native code, code that is not strict, what need not be installed, and what the SDK asks for in browsers alone.
  external: ['fs-native-extensions', 'parquetjs-lite', '@duckdb/node-api', 'bowser'],
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
});
writeLicences(metafile, join(ROOT, CHUNKS));
