import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** The AWS clients in a bundle: of each, what our code asks of it. */

const INDEX = /@aws-sdk\/(client-[a-z0-9-]+)\/dist-es\/index\.js$/;

/** Of the folders, every file of TypeScript. @param {readonly string[]} folders */
function sourcesIn(folders) {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return files.filter((file) => file.endsWith('.ts')).map((file) => readFileSync(file, 'utf8'));
}

/** Names that sources import from a package, types aside. @param {readonly string[]} sources @param {string} name */
export function namesFrom(name, sources) {
  const imports = sources.flatMap((source) => [...source.matchAll(/^import \{([^}]*)\} from '([^']+)';$/gm)]);
  const names = imports
    .filter(([, , from]) => from === name)
    .flatMap(([, list = '']) => list.split(','))
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('type '));
  return [...new Set(names)].toSorted();
}

/**
 * Replaces each client by the part of it that is used. esbuild leaves out what nobody uses, but not behind an `import()`, as most
 * of our commands are: their modules stay whole, and a client describes each operation of its service.
 * @param {string} root
 */
export function usedClients(root) {
  const sources = sourcesIn(['src', 'jobs'].map((folder) => join(root, folder)));
  return {
    name: 'used clients',
    setup({ onLoad }) {
      onLoad({ filter: INDEX }, async ({ path }) => {
        const [, client = ''] = INDEX.exec(path) ?? [];
        const names = namesFrom(`@aws-sdk/${client}`, sources);
        const resolveDir = dirname(path);
        const { outputFiles } = await build({
          stdin: { contents: `export { ${names.join(', ')} } from './index.js';`, resolveDir },
          bundle: true,
          write: false,
          format: 'esm',
          packages: 'external',
          platform: 'node',
          mainFields: ['module', 'main'],
        });
        return { contents: outputFiles[0]?.text ?? '', loader: 'js', resolveDir };
      });
    },
  };
}
