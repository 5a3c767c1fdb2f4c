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

/** A module of ours in front of each that is asked for in such a way. */
function inFront(name, { filter, kind }, codeFor) {
  return {
    name,
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter }, async ({ path, kind: asked, pluginData, ...where }) => {
        if (asked !== kind || pluginData === name) return undefined;
        const found = await resolve(path, { ...where, kind, pluginData: name });
        if (found.external || found.errors.length > 0) return found;
        return { path: relative(ROOT, found.path), namespace: name };
      });
      onLoad({ filter: /./, namespace: name }, ({ path }) => ({
        contents: codeFor(JSON.stringify(`./${path}`)),
        resolveDir: ROOT,
      }));
    },
  };
}

/**
 * All that is loaded later comes after the code of a pull. So what it has in common with a pull needs no file of its own, and
 * a pull is loaded in two files instead of thirty.
 */
const afterPull = inFront(
  'after pull',
  { filter: /./, kind: 'dynamic-import' },
  (file) => `
    import './jobs/pull.ts';
    import * as loaded from ${file};
    export * from ${file};
    const { default: byDefault } = loaded;
    export { byDefault as default };`,
);

/**
 * Plain text, such as all our help, is as wide as it is long. For anything else `string-width` is there, but it makes a
 * segmenter when it is loaded, which takes 20 ms.
 */
const plainWidth = inFront(
  'plain width',
  { filter: /^string-width$/, kind: 'import-statement' },
  (file) => `
    const isPlain = (text) => typeof text === 'string' && /^[ -~]*$/.test(text);
    export default function stringWidth(text, options) {
      return isPlain(text) ? text.length : require(${file}).default(text, options);
    }`,
);

rmSync(join(ROOT, CHUNKS), { recursive: true, force: true });
const { metafile } = await build({
  ...bundling,
  entryPoints: { 'jobs/backup-ledger': 'jobs/backup-ledger.ts' },
  outdir: 'dist',
  chunkNames: 'cli/[name]-[hash]',
  format: 'esm',
  splitting: true,
  plugins: [...bundling.plugins, afterPull, plainWidth],
  // Native code, code that is not strict, what need not be installed, and what the SDK asks for in browsers alone.
  external: ['fs-native-extensions', 'parquetjs-lite', '@duckdb/node-api', 'bowser'],
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
});
writeLicences(metafile, join(ROOT, CHUNKS));
