import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** Version of a package as it is installed. */
export function installedVersion(name: string): string {
  return (createRequire(import.meta.url)(`${name}/package.json`) as PackageInfo).version;
}

/** Our own package.json, found from the sources as well as from `dist/`. */
export function packageInfo(): PackageInfo {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as PackageInfo;
    } catch {
      continue;
    }
  }
  throw new Error('package.json is missing beside the installed files');
}

/** Name and version, as records and reports bear them. */
export function writtenBy(): string {
  const { name, version } = packageInfo();
  return `${name} ${version}`;
}
