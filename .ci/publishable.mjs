// What npm would find missing too late, or not at all: run by `npm publish` before anything is packed.
import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const { version, repository, publishConfig } = JSON.parse(read('package.json'));

const problems = [];
if (publishConfig.provenance && !repository?.url)
  problems.push(
    'package.json: expected repository.url, the public place the build runs from, because npm compares it with the provenance: npm pkg set repository.url=git+https://…',
  );
const escaped = version.replaceAll('.', '\\.');
if (!new RegExp(`^## \\[${escaped}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm').test(read('CHANGELOG.md')))
  problems.push(`CHANGELOG.md: expected a section "## [${version}] - <date>"`);

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
