import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

/** The policies allow what the code calls, and no more. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What Athena reads for its caller. Source: the Athena user guide. */
const readByAthena = [
  'glue:GetDatabase',
  'glue:GetPartitions',
  'glue:GetTable',
  'glue:GetTables',
  's3:GetObject',
  's3:ListBucket',
  's3:PutObject',
] as const;

/** What S3 needs of the key of a ledger that has one, for its caller. Source: "Using SSE-KMS" in the S3 user guide. */
const withKey = ['kms:Decrypt', 'kms:GenerateDataKey'] as const;

/**
 * Policy → the adapters whose commands it must allow, and what else it must: Athena reads and writes for its caller. What
 * only reads is not allowed all that the store can do.
 */
const policies = {
  'pull-policy.json': { adapters: ['backup', 'regions', 's3-store'], others: withKey },
  'doctor-policy.json': {
    adapters: ['backup', 'regions', 's3-store', 'trusted-services'],
    others: ['backup:ListBackupJobs', 'glue:GetDatabase', ...withKey],
  },
  'calibrate-policy.json': { adapters: ['backup', 'backup-jobs', 'regions', 's3-store'], others: [] },
  'account-names-policy.json': { adapters: ['organizations'], others: [] },
  'verify-policy.json': { adapters: [], others: ['kms:Decrypt', 's3:GetObject', 's3:ListBucket'] },
  'replay-policy.json': { adapters: ['s3-store'], others: withKey },
  'assume-role-policy.json': { adapters: ['sts'], others: [] },
  'role-policy.json': { adapters: ['backup'], others: [] },
  'role-trust-policy.json': { adapters: ['sts'], others: [] },
  'register-policy.json': {
    adapters: ['athena', 'glue'],
    others: ['s3:GetObject', 's3:ListBucket', 's3:PutObject', ...withKey],
  },
  'query-policy.json': { adapters: ['athena'], others: [...readByAthena, ...withKey] },
  'check-policy.json': {
    adapters: ['athena', 'organizations', 'sns'],
    others: [...readByAthena, ...withKey],
  },
} as const;
type Policy = keyof typeof policies;
const policyNames = Object.keys(policies) as Policy[];

/** What only `doctor` asks of a store that pulls use, too. */
const doctorActions = ['s3:DeleteObject', 's3:GetBucketVersioning', 's3:GetEncryptionConfiguration'];

/** Everybody may ask who they are. Source: the STS API reference. */
const freeActions = ['sts:GetCallerIdentity'];

/** What Athena needs of S3 to keep results, beyond reading and writing. Source: the Athena user guide. */
const forResults = ['s3:AbortMultipartUpload', 's3:GetBucketLocation'];

function statementsOf(policy: Policy): readonly Statement[] {
  const { Statement } = JSON.parse(readFileSync(join(ROOT, 'jobs/iam', policy), 'utf8')) as {
    readonly Statement: readonly Statement[];
  };
  return Statement;
}

const statements = statementsOf('pull-policy.json');

/** IAM's names of S3 operations; every other operation of the SDK is its own action. Source: IAM's reference. */
const s3Actions: Readonly<Record<string, string>> = {
  DeleteObject: 's3:DeleteObject',
  GetBucketEncryption: 's3:GetEncryptionConfiguration',
  GetBucketVersioning: 's3:GetBucketVersioning',
  GetObject: 's3:GetObject',
  ListObjectsV2: 's3:ListBucket',
  PutObject: 's3:PutObject',
};

/** IAM actions behind the commands a file imports from the AWS SDK. */
function actionsIn(file: string): string[] {
  const imports = readFileSync(file, 'utf8').matchAll(
    /import\s*\{([^}]*)\}\s*from '@aws-sdk\/client-([^']+)'/g,
  );
  return Array.from(imports, ([, names = '', service = '']) =>
    Array.from(
      names.matchAll(/\b(\w+)Command\b/g),
      ([, name = '']) => s3Actions[name] ?? `${service}:${name}`,
    ),
  ).flat();
}

function actionsAllowed(policy: Policy): string[] {
  return [...new Set(statementsOf(policy).flatMap(({ Action }) => Action))].toSorted();
}

/** What a statement reaches in a bucket: keys, or the bucket itself where it is not confined to any. */
function placesOf({ Resource, Condition }: Statement): readonly string[] {
  const through = Condition?.['ForAnyValue:StringEquals']?.['aws:CalledVia'];
  if (through) return [`the bucket by ${through.join()}`];
  const prefixes = Condition?.['StringLike']?.['s3:prefix'];
  return [Resource].flat().flatMap((arn) => {
    const bucket = /^arn:aws:s3:::[A-Z]+$/.test(arn);
    return bucket && prefixes ? prefixes.map((prefix) => `${arn}/${prefix}`) : [arn];
  });
}

const ownPlaces =
  / (?:arn:aws:s3:::(?:BUCKET\/PREFIX|RESULTS\/FOLDER)\/(?:\w+\/)*\*|the bucket by athena\.amazonaws\.com)$/;

/** What is asked of a bucket as a whole, and tells of no object. */
const ofBuckets = new Set([
  's3:GetBucketLocation',
  's3:GetBucketVersioning',
  's3:GetEncryptionConfiguration',
]);

let trial: Trial | undefined;
afterEach(() => trial?.close());

describe.each(policyNames)('%s', (policy) => {
  it('allows every call the code can make, and no other', () => {
    const { adapters, others } = policies[policy];
    const sent = adapters.flatMap((name) => actionsIn(join(ROOT, 'src/adapters/aws', `${name}.ts`)));
    const needed = sent.filter(
      (action) =>
        !freeActions.includes(action) && !(policy !== 'doctor-policy.json' && doctorActions.includes(action)),
    );
    const asksAthena = adapters.some((name) => name === 'athena');
    const all = [...needed, ...others, ...(asksAthena ? forResults : [])];
    expect(all.length).toBeGreaterThan(0);
    expect(actionsAllowed(policy)).toEqual([...new Set(all)].toSorted());
  });

  it('only allows, names no wildcard in an action, and nothing that deletes but a probe', () => {
    expect(new Set(statementsOf(policy).map(({ Effect }) => Effect))).toEqual(new Set(['Allow']));
    const probing = policy === 'doctor-policy.json' ? ['s3:DeleteObject'] : [];
    expect(actionsAllowed(policy).filter((action) => /\*|Delete/.test(action))).toEqual(probing);
  });

  it('is confined to its places in buckets that others may use, too', () => {
    const rights = statementsOf(policy).flatMap((statement) =>
      [statement.Action]
        .flat()
        .filter((action) => action.startsWith('s3:') && !ofBuckets.has(action))
        .flatMap((action) => placesOf(statement).map((place) => `${action} on ${place}`)),
    );
    expect(rights.filter((right) => !ownPlaces.test(right))).toEqual([]);
  });
});

describe('a policy with which Athena is asked', () => {
  const asking = policyNames.filter((policy) =>
    actionsAllowed(policy).includes('athena:StartQueryExecution'),
  );

  it('is there for queries, checks and views', () => {
    expect(asking).toEqual(['register-policy.json', 'query-policy.json', 'check-policy.json']);
  });

  /** Athena looks for it whatever database is asked. Source: the Athena user guide. */
  it.each(asking)(
    '%s allows finding the default database, and nothing else beyond that of the ledger',
    (policy) => {
      const catalog = 'arn:aws:glue:REGION:ACCOUNT';
      const own = [`${catalog}:catalog`, `${catalog}:database/DATABASE`, `${catalog}:table/DATABASE/*`];
      const others = statementsOf(policy)
        .filter(({ Action }) => [Action].flat().some((action) => action.startsWith('glue:')))
        .map(({ Action, Resource }) => ({
          Action,
          beyond: [Resource].flat().filter((arn) => !own.includes(arn)),
        }));
      expect(others.filter(({ beyond }) => beyond.length > 0)).toEqual([
        { Action: 'glue:GetDatabase', beyond: [`${catalog}:database/default`] },
      ]);
    },
  );
});

describe('commands of the AWS SDK', () => {
  it('are all sent by files that a policy speaks of', () => {
    const files = ['src', 'jobs'].flatMap((top) =>
      readdirSync(join(ROOT, top), { recursive: true }).map((name) => join(top, String(name))),
    );
    const sending = files.filter((file) => file.endsWith('.ts') && actionsIn(join(ROOT, file)).length > 0);
    const known = policyNames.flatMap((policy) => policies[policy].adapters);
    expect(sending.toSorted()).toEqual(
      [...new Set(known)].map((name) => `src/adapters/aws/${name}.ts`).toSorted(),
    );
  });
});

describe('the policy of a pull', () => {
  it('is confined to the ledger in all that S3 is asked', async () => {
    trial = await openTrial({ on: 's3' });
    for (const kind of kindNames) await trial.pull({ kind });
    const requests = trial.s3?.requests ?? [];
    expect(requests.length).toBeGreaterThan(20);
    const strangers = requests.filter(({ operation, key, query }) => {
      const place = operation === 'ListObjectsV2' ? (query['prefix'] ?? '') : key;
      return !place.startsWith('prefix/') || !(operation in s3Actions);
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
