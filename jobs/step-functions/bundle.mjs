import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles the Lambda function into one file, with the licences of what is in it beside it. CommonJS: parquetjs-lite assigns
 * undeclared variables, which strict code may not.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(ROOT, 'dist/lambda');

/** Files of packages that say how they may be used. */
const LICENCE = /^(?:licen[cs]e|notice|copying)(?:[.-].*)?$/i;

/** @param {string} folder @returns {{ name: string, version: string, license?: string }} */
function packageIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** A bundle has no packages to look into: their versions are written into it. */
const bundledVersions = {
  name: 'bundled versions',
  setup({ onLoad }) {
    onLoad({ filter: /jobs\/package-info\.ts$/ }, () => {
      const { name, version, engines } = packageIn(ROOT);
      const names = ['@aws-sdk/client-backup'];
      const versions = Object.fromEntries(
        names.map((each) => [each, packageIn(join(ROOT, 'node_modules', each)).version]),
      );
      const contents = [
        `const versions = ${JSON.stringify(versions)};`,
        'export const installedVersion = (name) => versions[name];',
        `export const packageInfo = () => (${JSON.stringify({ name, version, engines })});`,
      ];
      return { contents: contents.join('\n'), loader: 'js' };
    });
  },
};

/** Folder of the package a file belongs to, or undefined for a file of ours. */
function packageFolder(file) {
  const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
  return folder === undefined ? undefined : join(ROOT, folder);
}

/** What one package says of its licence. */
function licenceOf(folder) {
  const { name, version, license = 'see its files' } = packageIn(folder);
  const files = readdirSync(folder).filter((file) => LICENCE.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: ['jobs/lambda.ts'],
  outfile: join(OUT, 'index.cjs'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  minify: true,
  // Ours is strict, and would make the whole file so.
  tsconfigRaw: {},
  // Names of classes are names of errors.
  keepNames: true,
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
  // What a function on Lambda never needs: locks of a local ledger, displays of a terminal.
  external: ['fs-native-extensions', 'pino-pretty', 'log-update'],
  plugins: [bundledVersions],
});

const files = Object.keys(metafile.inputs).toSorted((a, b) => (a < b ? -1 : 1));
const folders = [...new Set(files.flatMap((file) => packageFolder(file) ?? []))];
const licences = folders.filter((folder) => existsSync(join(folder, 'package.json'))).map(licenceOf);
mkdirSync(dirname(join(OUT, 'LICENSES.txt')), { recursive: true });
writeFileSync(join(OUT, 'LICENSES.txt'), `${licences.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
const [output] = Object.values(metafile.outputs);
process.stdout.write(`dist/lambda/index.cjs: ${output?.bytes} bytes, ${licences.length} packages\n`);
