import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMotoTrial } from '../moto-trial.ts';
import { run, runScript } from '../python.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const TEMPLATE = join(ROOT, 'jobs/step-functions/template.yaml');

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Parameter {
  readonly Type: string;
  readonly Default: string | number;
  readonly Description: string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly MinValue?: number;
  readonly MaxValue?: number;
}

/** The template as CloudFormation sees it. */
export interface Transformed {
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Description: string; readonly Value: unknown }>>;
}

export interface TransformedFile {
  readonly template: Transformed;
  /** The same as a file. */
  readonly path: string;
  /** Temporary: to be removed. */
  readonly folder: string;
}

/** Packages the template with the AWS CLI and transforms it with SAM. */
export async function transformTemplate(): Promise<TransformedFile> {
  const folder = await mkdtemp(join(tmpdir(), 'backup-ledger-template-'));
  const packaged = join(folder, 'packaged.yaml');
  const trial = await openMotoTrial();
  const from = ['--template-file', TEMPLATE, '--s3-bucket', 'engines'];
  const { code, stderr } = await run(
    'aws',
    ['cloudformation', 'package', ...from, '--output-template-file', packaged],
    { AWS_ENDPOINT_URL: trial.moto.url },
  );
  await trial.close();
  if (code !== 0) throw new Error(stderr);
  const template = (await runScript(new URL('./transform.py', import.meta.url), packaged)) as Transformed;
  const path = join(folder, 'transformed.json');
  await writeFile(path, JSON.stringify(template));
  return { template, path, folder };
}
