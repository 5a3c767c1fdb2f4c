import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMotoTrial } from '../moto-trial.ts';
import { run, runScript } from '../python.ts';

/** The template as AWS's own tools see it: packaged by the AWS CLI, transformed by SAM, linted before and after. */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TEMPLATE = join(ROOT, 'jobs/step-functions/template.yaml');

interface Statement {
  readonly Sid?: string;
  readonly Action: string | readonly string[];
}

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

let folder: string;
let packaged: string;
let resources: Readonly<Record<string, Resource>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-ledger-template-'));
  packaged = join(folder, 'packaged.yaml');
  const trial = await openMotoTrial();
  const from = ['--template-file', TEMPLATE, '--s3-bucket', 'engines'];
  const { code, stderr } = await run(
    'aws',
    ['cloudformation', 'package', ...from, '--output-template-file', packaged],
    {
      AWS_ENDPOINT_URL: trial.moto.url,
    },
  );
  await trial.close();
  if (code !== 0) throw new Error(stderr);
  const transformed = await runScript(new URL('./transform.py', import.meta.url), packaged);
  await writeFile(join(folder, 'transformed.json'), JSON.stringify(transformed));
  resources = (transformed as { readonly Resources: typeof resources }).Resources;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ofType = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);

/** Actions of every statement of a role's own policies. */
function actionsOf(role: string): string[] {
  const policies = (resources[role]?.Properties['Policies'] ?? []) as readonly {
    readonly PolicyDocument: { readonly Statement: readonly Conditional<Statement>[] };
  }[];
  const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(whenTrue);
  return statements.flatMap(({ Action }) => Action).toSorted();
}

type Conditional<T> = T | { readonly 'Fn::If': readonly [string, T, unknown] };

function whenTrue<T extends object>(value: Conditional<T>): T {
  return 'Fn::If' in value ? value['Fn::If'][1] : value;
}

async function actionsIn(...policies: readonly string[]): Promise<string[]> {
  const documents = policies.map(async (policy) => {
    const text = await readFile(join(ROOT, 'jobs/iam', policy), 'utf8');
    return (JSON.parse(text) as { readonly Statement: readonly Statement[] }).Statement;
  });
  return (await Promise.all(documents)).flat().flatMap(({ Action }) => Action);
}

describe('the template', () => {
  it('has nothing cfn-lint objects to, and says it may object to anything', async () => {
    expect(await run('cfn-lint', [TEMPLATE])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await readFile(TEMPLATE, 'utf8')).not.toContain('cfn-lint');
  });

  it('is transformed by SAM to one that cfn-lint has no error for', async () => {
    const { stdout } = await run('cfn-lint', [join(folder, 'transformed.json')]);
    expect(stdout.split('\n').filter((line) => /^E\d/.test(line))).toEqual([]);
  });

  it('allows the function what the code calls, and no more', async () => {
    const policies = await actionsIn('pull-policy.json', 'assume-role-policy.json');
    expect(actionsOf('FunctionRole')).toEqual([...policies, 'kms:Decrypt', 'kms:GenerateDataKey'].toSorted());
  });

  it('allows the state machine its function and what its logs and traces need', () => {
    const own = actionsOf('StateMachineRole').filter((action) => !/^(?:logs|xray):/.test(action));
    expect(own).toEqual(['lambda:InvokeFunction']);
  });

  it('allows the schedule to start the state machine, and to give up into a queue', () => {
    const [role] = Object.keys(resources).filter((name) => /^StateMachineDaily.*Role$/.test(name));
    expect(actionsOf(role ?? '')).toEqual(['sqs:SendMessage', 'states:StartExecution']);
  });

  it('runs once a day, after AWS has refreshed its counts', () => {
    expect(ofType('AWS::Scheduler::Schedule')[0]?.Properties).toMatchObject({
      ScheduleExpression: 'cron(30 3 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      Target: { Input: '{}', RetryPolicy: expect.anything(), DeadLetterConfig: expect.anything() },
    });
  });

  it('keeps the bucket private, encrypted and versioned, and never deletes it or what is raw', () => {
    const [bucket] = ofType('AWS::S3::Bucket') as (Resource & { readonly DeletionPolicy: string })[];
    expect(bucket?.DeletionPolicy).toBe('Retain');
    const { LifecycleConfiguration, PublicAccessBlockConfiguration, VersioningConfiguration } =
      bucket?.Properties ?? {};
    expect(VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
    const { Rules } = LifecycleConfiguration as { readonly Rules: readonly Record<string, unknown>[] };
    const expiring = Rules.filter(
      (rule) => 'ExpirationInDays' in rule || 'NoncurrentVersionExpiration' in rule,
    );
    expect(expiring.map(({ Prefix }) => Prefix)).toEqual(['athena-results/']);
    expect(Rules.find(({ Prefix }) => Prefix === 'ledger/raw/')).toMatchObject({
      Transitions: [{ StorageClass: 'GLACIER_IR' }],
    });
  });

  it('refuses requests without TLS', () => {
    expect(JSON.stringify(ofType('AWS::S3::BucketPolicy')[0]?.Properties)).toContain(
      '"Condition":{"Bool":{"aws:SecureTransport":"false"}}',
    );
  });

  it('watches by metrics that the code writes', async () => {
    const { metricLines } = await import('../../../src/pull/metrics.ts');
    const [line = '{}'] = metricLines({
      schema_version: 1,
      outcome: 'ok',
      exit_code: 0,
      started_at: '2026-11-23T03:30:00.000Z',
      finished_at: '2026-11-23T03:31:00.000Z',
      slices: [],
    });
    const written = [...Object.keys(JSON.parse(line) as object), 'NewestDayAge'];
    const alarms = ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
    const ours = alarms.filter(({ Namespace }) => Namespace === 'BackupLedger');
    expect(ours.map(({ MetricName }) => MetricName)).toEqual([
      'FailedSlices',
      'NewestDayAge',
      'AccountsShrunk',
    ]);
    for (const { MetricName } of ours) expect(written).toContain(MetricName);
    expect(alarms.length).toBe(5);
  });
});
