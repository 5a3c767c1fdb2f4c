import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { usedClients } from './clients.mjs';

/** How code is bundled, and the licences of what goes into a bundle. */

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

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
    onLoad({ filter: /jobs\/world\/package-info\.ts$/ }, () => {
      const { name, version, engines } = packageIn(ROOT);
      const names = ['@aws-sdk/client-backup'];
      const versions = Object.fromEntries(
        names.map((each) => [each, packageIn(join(ROOT, 'node_modules', each)).version]),
      );
      const contents = [
        `const versions = ${JSON.stringify(versions)};`,
        'export const installedVersion = (name) => versions[name];',
        `export const packageInfo = () => (${JSON.stringify({ name, version, engines })});`,
        `export const writtenBy = () => ${JSON.stringify(`${name} ${version}`)};`,
      ];
      return { contents: contents.join('\n'), loader: 'js' };
    });
  },
};

/** The names of our errors are those of their classes, which minifying would change. */
const namedErrors = {
  name: 'named errors',
  setup({ onLoad }) {
    onLoad({ filter: /src\/errors\.ts$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'ts', keepNames: true });
      return { contents: code, loader: 'js' };
    });
  },
};

/** @satisfies {import('esbuild').BuildOptions} */
export const bundling = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [bundledVersions, namedErrors, usedClients(ROOT)],
};

/** Folder of the package a file belongs to, or undefined for a file of ours. */
function packageFolder(file) {
  const [folder] = /(?<=^|:).*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
  return folder === undefined ? undefined : join(ROOT, folder);
}

/** What one package says of its licence. */
function licenceOf(folder) {
  const { name, version, license = 'see its files' } = packageIn(folder);
  const files = readdirSync(folder).filter((file) => LICENCE.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

/** Lays the licences of the packages that went into a bundle beside it. Returns how many packages there are. */
export function writeLicences({ inputs }, out) {
  const files = Object.keys(inputs).toSorted((a, b) => (a < b ? -1 : 1));
  const folders = [...new Set(files.flatMap((file) => packageFolder(file) ?? []))];
  const licences = folders.filter((folder) => existsSync(join(folder, 'package.json'))).map(licenceOf);
  writeFileSync(join(out, 'LICENSES.txt'), `${licences.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
  return licences.length;
}
