import { readFileSync } from 'node:fs';

interface PackageInfo {
  readonly name: string;
  readonly version: string;
}

/** Our own package.json, found from the sources as well as from `dist/`. */
export function packageInfo(): PackageInfo {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as PackageInfo;
    } catch {
      continue;
    }
  }
  throw new Error('package.json is missing beside the installed files');
}
