import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** The policy allows what the code calls, and no more. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const { Statement: statements } = JSON.parse(
  readFileSync(join(ROOT, 'jobs/iam/pull-policy.json'), 'utf8'),
) as { readonly Statement: readonly Statement[] };

/** IAM's names of the actions behind the SDK's commands; by IAM's own reference they mostly share their names. */
const actions: Readonly<Record<string, string>> = {
  GetObject: 's3:GetObject',
  ListObjectsV2: 's3:ListBucket',
  PutObject: 's3:PutObject',
  ListBackupJobSummaries: 'backup:ListBackupJobSummaries',
  ListCopyJobSummaries: 'backup:ListCopyJobSummaries',
  ListRestoreJobSummaries: 'backup:ListRestoreJobSummaries',
  ListScanJobSummaries: 'backup:ListScanJobSummaries',
};

/** Operations whose commands the sources import from the AWS SDK. */
function operationsInCode(): string[] {
  const files = ['src', 'jobs'].flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true }).map((name) => join(ROOT, top, String(name))),
  );
  const found = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      Array.from(
        readFileSync(file, 'utf8').matchAll(/import\s*\{([^}]*)\}\s*from '@aws-sdk\/[^']+'/g),
        ([, names = '']) => names,
      ),
    )
    .flatMap((names) => Array.from(names.matchAll(/\b(\w+)Command\b/g), ([, name = '']) => name));
  return [...new Set(found)].toSorted();
}

function actionsAllowed(): string[] {
  return statements.flatMap(({ Action }) => Action).toSorted();
}

let trial: Trial | undefined;
afterEach(() => trial?.close());

describe('the policy of a pull', () => {
  it('allows every call the code can make, and no other', () => {
    const needed = operationsInCode().map((operation) => actions[operation] ?? `unknown: ${operation}`);
    expect(needed.length).toBeGreaterThan(6);
    expect(actionsAllowed()).toEqual(needed.toSorted());
  });

  it('only allows, names no wildcard in an action, and nothing that deletes', () => {
    expect(new Set(statements.map(({ Effect }) => Effect))).toEqual(new Set(['Allow']));
    expect(actionsAllowed().filter((action) => /\*|Delete/.test(action))).toEqual([]);
  });

  it('is confined to the ledger in all that S3 is asked', async () => {
    trial = await openTrial({ on: 's3' });
    for (const kind of kindNames) await trial.pull({ kind });
    const requests = trial.s3?.requests ?? [];
    expect(requests.length).toBeGreaterThan(20);
    const strangers = requests.filter(({ operation, key, query }) => {
      const place = operation === 'ListObjectsV2' ? (query['prefix'] ?? '') : key;
      return !place.startsWith('prefix/') || !(operation in actions);
    });
    expect(strangers).toEqual([]);
    const ofS3 = statements.filter(({ Action }) =>
      [Action].flat().some((action) => action.startsWith('s3:')),
    );
    expect(
      ofS3.map(({ Resource, Condition }) => [Resource, Condition?.['StringLike']?.['s3:prefix']]),
    ).toEqual([
      ['arn:aws:s3:::BUCKET', ['PREFIX/*']],
      ['arn:aws:s3:::BUCKET/PREFIX/*', undefined],
    ]);
  });
});
