import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Puts the report's page together: one HTML file that lacks nothing but its data. */

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const out = fileURLToPath(new URL('../../../dist/report/', import.meta.url));

async function bundled(name) {
  const { outputFiles } = await build({
    entryPoints: [here(name)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}

const code = gzipSync(await bundled('page.ts'), { level: 9 }).toString('base64');
const parts = {
  '/*STYLE*/': readFileSync(here('page.css'), 'utf8'),
  '/*LOADER*/': await bundled('loader.ts'),
  '<!--CODE-->': code,
};
let page = readFileSync(here('page.html'), 'utf8');
for (const [place, text] of Object.entries(parts)) page = page.replace(place, () => text);
mkdirSync(out, { recursive: true });
writeFileSync(`${out}page.html`, page);
