import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mainTables } from '../../../schemas/catalog-table.ts';
import { run } from '../python.ts';
import { opinions } from './opinions.ts';
import { type Resource, ROOT, TEMPLATE, type TransformedFile, transformTemplate } from './template.ts';

/** The template as AWS's own tools see it: packaged by the AWS CLI, transformed by SAM, linted before and after. */

interface Statement {
  readonly Sid?: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: {
    readonly StringLike?: { readonly 's3:prefix': readonly string[] };
    readonly 'ForAnyValue:StringEquals'?: { readonly 'aws:CalledVia': readonly string[] };
  };
}

interface Substituted<T> {
  readonly 'Fn::Sub': T;
}

/** Text with names in it, and what those stand for that are no parameters. */
type NamedText = readonly [string, Readonly<Record<string, unknown>>];

let transformed: TransformedFile;
let resources: Readonly<Record<string, Resource>>;
beforeAll(async () => {
  transformed = await transformTemplate();
  resources = transformed.template.Resources;
});
afterAll(() => rm(transformed.folder, { recursive: true, force: true }));

const ofType = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);

/** Every statement of a role's own policies, where all conditions of the template are met but this one. */
function statementsOf(role: string, unmet?: string): Statement[] {
  const policies = (resources[role]?.Properties['Policies'] ?? []) as readonly {
    readonly PolicyDocument: { readonly Statement: readonly Conditional<Statement>[] };
  }[];
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .map((statement) => chosen(statement, unmet))
    .filter((statement) => 'Action' in statement);
}

function actionsOf(role: string, unmet?: string): string[] {
  return [...new Set(statementsOf(role, unmet).flatMap(({ Action }) => Action))].toSorted();
}

/** What CloudFormation leaves out. */
interface NoValue {
  readonly Ref: 'AWS::NoValue';
}

type Conditional<T> = T | { readonly 'Fn::If': readonly [string, T, NoValue] };

function chosen<T extends object>(value: Conditional<T>, unmet: string | undefined): T | NoValue {
  if (!('Fn::If' in value)) return value;
  const [condition, met, otherwise] = value['Fn::If'];
  return condition === unmet ? otherwise : met;
}

async function actionsIn(...policies: readonly string[]): Promise<string[]> {
  const documents = policies.map(async (policy) => {
    const text = await readFile(join(ROOT, 'jobs/iam', policy), 'utf8');
    return (JSON.parse(text) as { readonly Statement: readonly Statement[] }).Statement;
  });
  return [...new Set((await Promise.all(documents)).flat().flatMap(({ Action }) => Action))].toSorted();
}

describe('the template', () => {
  it('has nothing cfn-lint objects to, and says it may object to anything', async () => {
    expect(await run('cfn-lint', [TEMPLATE])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await readFile(TEMPLATE, 'utf8')).not.toContain('cfn-lint');
  });

  it('is transformed by SAM to one that cfn-lint has no error for', async () => {
    const { stdout } = await run('cfn-lint', [transformed.path]);
    expect(stdout.split('\n').filter((line) => /^E\d/.test(line))).toEqual([]);
  });

  it('has nothing checkov objects to, but where the template says why', async () => {
    const { code, stdout } = await opinions.run('checkov', [
      ...['--file', TEMPLATE, '--framework', 'cloudformation'],
      ...['--skip-download', '--output', 'json'],
    ]);
    const { results } = JSON.parse(stdout) as {
      readonly results: {
        readonly failed_checks: readonly object[];
        readonly skipped_checks: readonly { readonly check_result: { readonly suppress_comment: string } }[];
      };
    };
    expect([code, results.failed_checks]).toEqual([0, []]);
    for (const { check_result } of results.skipped_checks)
      expect(check_result.suppress_comment).toMatch(/^[A-Za-z].{20}/);
  });

  it('names no partition, so that it works in every one', async () => {
    expect(await readFile(TEMPLATE, 'utf8')).not.toContain('arn:aws');
  });

  it('allows the function what the code calls, and no more', async () => {
    const policies = ['pull', 'assume-role', 'register', 'query'].map((name) => `${name}-policy.json`);
    // It tells findings to the topic.
    const needed = [...(await actionsIn(...policies)), 'sns:Publish', 'kms:Decrypt', 'kms:GenerateDataKey'];
    expect(actionsOf('FunctionRole')).toEqual([...new Set(needed)].toSorted());
  });

  it('confines the function to three places in a bucket that others may use, too', () => {
    const [ledger, work, results] = ['', '-work', '-results'].map((end) => `\${LedgerPrefix}${end}/*`);
    expect(reached(statementsOf('FunctionRole').map(withPlainArns))).toEqual({
      's3:ListBucket': [ledger, work, 'all of it by athena.amazonaws.com'],
      's3:GetBucketLocation': ['all of it'],
      's3:GetObject': [ledger, work, results],
      's3:PutObject': [ledger, work, results],
      's3:AbortMultipartUpload': [results],
    });
  });

  it('has its page let the function into the same places of a bucket in another account', async () => {
    const readme = await readFile(join(ROOT, 'jobs/step-functions/README.md'), 'utf8');
    const [, json = ''] = /\*\*A bucket in another account\.\*\*.*?```json\n(.*?)```/s.exec(readme) ?? [];
    const names = {
      'arn:PARTITION': 'arn:${AWS::Partition}',
      'MY-BUCKET': '${Name}',
      PREFIX: '${LedgerPrefix}',
    };
    const text = Object.entries(names).reduce((done, [name, value]) => done.replaceAll(name, value), json);
    const told = reached(JSON.parse(text) as Statement[]);
    const needed = reached(statementsOf('FunctionRole').map(withPlainArns));
    expect(told).toEqual({ ...needed, 's3:AbortMultipartUpload': needed['s3:PutObject'] });
  });

  const ledgerBucket = { Name: { 'Fn::If': ['MakesBucket', { Ref: 'Bucket' }, { Ref: 'LedgerBucket' }] } };

  /** A statement of the template as a policy has it, but for names in its text. */
  function withPlainArns(statement: Statement): Statement {
    return JSON.parse(
      JSON.stringify(statement),
      (_key, value: Partial<Substituted<string | NamedText>> | null) => {
        const text = value?.['Fn::Sub'];
        if (!Array.isArray(text)) return text ?? value;
        expect(text[1]).toEqual(ledgerBucket);
        return text[0];
      },
    ) as Statement;
  }

  /** Where in the ledger's bucket statements allow what, by action. */
  function reached(statements: readonly Statement[]): Readonly<Record<string, readonly string[]>> {
    const places: Record<string, string[]> = {};
    for (const statement of statements)
      for (const action of [statement.Action].flat().filter((name) => name.startsWith('s3:')))
        (places[action] ??= []).push(...placesOf(statement));
    return places;
  }

  function placesOf({ Resource, Condition }: Statement): readonly string[] {
    const through = Condition?.['ForAnyValue:StringEquals']?.['aws:CalledVia'];
    const prefixes = through ? [`all of it by ${through.join()}`] : Condition?.StringLike?.['s3:prefix'];
    return ([Resource].flat() as string[]).flatMap((arn) => {
      const [bucket, ...key] = arn.split('/');
      expect(bucket).toBe('arn:${AWS::Partition}:s3:::${Name}');
      return key.length === 0 ? (prefixes ?? ['all of it']) : [key.join('/')];
    });
  }

  it('allows the function the catalog of the ledger, and Athena to look for the default database', () => {
    const place = 'arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}';
    const own = [`${place}:catalog`, `${place}:database/\${Database}`, `${place}:table/\${Database}/*`];
    const others = statementsOf('FunctionRole')
      .filter(({ Action }) => [Action].flat().some((name) => name.startsWith('glue:')))
      .map(({ Action, Resource }) => ({
        Action,
        beyond: (Resource as Substituted<string>[])
          .map((arn) => arn['Fn::Sub'])
          .filter((arn) => !own.includes(arn)),
      }));
    expect(others.filter(({ beyond }) => beyond.length > 0)).toEqual([
      { Action: 'glue:GetDatabase', beyond: [`${place}:database/default`] },
    ]);
  });

  it('allows the function to write to the catalog only where runs register', () => {
    const ofGlue = (unmet?: string) =>
      actionsOf('FunctionRole', unmet).filter((action) => action.startsWith('glue:'));
    const reading = ['glue:GetDatabase', 'glue:GetPartitions', 'glue:GetTable', 'glue:GetTables'];
    const writing = ['glue:CreateDatabase', 'glue:CreateTable', 'glue:UpdateTable'];
    expect(ofGlue()).toEqual([...reading, ...writing].toSorted());
    expect(transformed.template.Conditions['HasRegister']).toEqual({
      'Fn::Equals': [{ Ref: 'Register' }, 'yes'],
    });
    expect(ofGlue('HasRegister')).toEqual(reading);
  });

  it('allows reading what an older key encrypted, and writing with the present one alone', () => {
    const keys = statementsOf('FunctionRole').filter(({ Action }) => [Action].flat().includes('kms:Decrypt'));
    expect(keys.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [['kms:Decrypt', 'kms:GenerateDataKey'], { Ref: 'KmsKeyArn' }],
      ['kms:Decrypt', { Ref: 'PreviousKmsKeyArns' }],
    ]);
  });

  it('allows the state machines their function and slices, and what their logs and traces need', () => {
    const own = (role: string) => actionsOf(role).filter((action) => !/^(?:logs|xray):/.test(action));
    expect(own('StateMachineRole')).toEqual([
      'lambda:InvokeFunction',
      'states:DescribeExecution',
      'states:StartExecution',
      'states:StopExecution',
    ]);
    expect(own('VerifyMachineRole')).toEqual(['lambda:InvokeFunction']);
  });

  it('allows the schedules to start the state machines, and to give up into a queue', () => {
    expect(actionsOf('SchedulerRole')).toEqual(['sqs:SendMessage', 'states:StartExecution']);
  });

  it('bounds every role by the boundary', () => {
    const roles = ofType('AWS::IAM::Role');
    expect(roles).toHaveLength(4);
    for (const { Properties } of roles)
      expect(Properties['PermissionsBoundary']).toMatchObject({
        'Fn::If': ['HasBoundary', { Ref: 'PermissionsBoundary' }, expect.anything()],
      });
  });

  it('runs once a day, after AWS has refreshed its counts, unless something else calls it', () => {
    const { Parameters } = transformed.template;
    expect(Parameters['Schedule']?.Default).toBe('cron(30 3 * * ? *)');
    const { DailyRun, WeeklyVerify, FullVerify } = resources;
    expect([DailyRun, WeeklyVerify, FullVerify].map((schedule) => schedule?.Condition)).toEqual([
      'HasSchedule',
      'HasWeeklyVerify',
      'HasFullVerify',
    ]);
    for (const { Properties } of ofType('AWS::Scheduler::Schedule'))
      expect(Properties).toMatchObject({
        ScheduleExpressionTimezone: 'UTC',
        Target: { RetryPolicy: expect.anything(), DeadLetterConfig: expect.anything() },
      });
    expect(DailyRun?.Properties).toMatchObject({ Target: { Input: '{}' } });
  });

  it('can be deployed twice in one account: what has a name has the name of the stack', () => {
    const named = Object.entries(resources).flatMap(([id, { Properties }]) =>
      Object.entries(Properties)
        .filter(([property]) => /^(?:Name|\w*Name)$/.test(property) && !notNames.includes(property))
        .map(([, value]) => [id, value]),
    );
    expect(named).toEqual([
      ['WorkGroup', { Ref: 'AWS::StackName' }],
      ['StateMachineLog', { 'Fn::Sub': '/aws/vendedlogs/states/${AWS::StackName}' }],
      ['StateMachine', { Ref: 'AWS::StackName' }],
    ]);
  });

  /** They name what is referred to, not the resource. */
  const notNames = ['FunctionName', 'MetricName'];

  it('has no database of its own: the next stack finds the one that the first run made', () => {
    expect(ofType('AWS::Glue::Database')).toEqual([]);
  });

  it('keeps the bucket private, encrypted and versioned, and never deletes it', () => {
    const [bucket] = ofType('AWS::S3::Bucket');
    expect([bucket?.Condition, bucket?.DeletionPolicy]).toEqual(['MakesBucket', 'RetainExceptOnCreate']);
    const { PublicAccessBlockConfiguration, VersioningConfiguration } = bucket?.Properties ?? {};
    expect(VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
  });

  it('lets nothing of a ledger expire but replaced versions of its tables', () => {
    const expiring = rules().filter(
      (rule) => 'ExpirationInDays' in rule || 'NoncurrentVersionExpiration' in rule,
    );
    const [ofTables, others] = [true, false].map((isTable) =>
      expiring.filter(({ Prefix }) => /_summaries/.test(JSON.stringify(Prefix)) === isTable),
    );
    expect(ofTables?.map(({ Prefix }) => Prefix['Fn::Sub']).toSorted()).toEqual(
      Object.keys(mainTables)
        .map((name) => `\${LedgerPrefix}/${name}/`)
        .toSorted(),
    );
    for (const rule of ofTables ?? []) {
      expect(rule).not.toHaveProperty('ExpirationInDays');
      expect(rule).toHaveProperty('NoncurrentVersionExpiration.NoncurrentDays', { Ref: 'NoncurrentDays' });
    }
    expect(others?.map(({ Prefix }) => Prefix['Fn::Sub'])).toEqual([
      '${LedgerPrefix}-work/runs/',
      '${LedgerPrefix}-results/',
    ]);
  });

  it('puts raw pages into cheaper storage where that is cheaper', () => {
    const moving = rules().filter((rule) => 'Transitions' in rule);
    expect(moving).toMatchObject([
      {
        Prefix: { 'Fn::Sub': '${LedgerPrefix}/raw/' },
        ObjectSizeGreaterThan: '131072',
        Status: { 'Fn::If': ['RawPagesRest', 'Enabled', 'Disabled'] },
        Transitions: [{ StorageClass: 'GLACIER_IR' }],
      },
    ]);
  });

  interface Rule {
    readonly Prefix: { readonly 'Fn::Sub': string };
    readonly [property: string]: unknown;
  }

  function rules(): readonly Rule[] {
    const [bucket] = ofType('AWS::S3::Bucket');
    const configuration = bucket?.Properties['LifecycleConfiguration'] as
      { readonly Rules: readonly Rule[] } | undefined;
    return configuration?.Rules ?? [];
  }

  it('refuses requests without TLS', () => {
    expect(JSON.stringify(ofType('AWS::S3::BucketPolicy')[0]?.Properties)).toContain(
      '"Condition":{"Bool":{"aws:SecureTransport":"false"}}',
    );
  });

  it('has a workgroup that says where results go, how they are encrypted and how much may be read', () => {
    const [workgroup] = ofType('AWS::Athena::WorkGroup');
    expect(workgroup?.Properties['WorkGroupConfiguration']).toMatchObject({
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: { Ref: 'QueryBytesLimit' },
      EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
      ResultConfiguration: { OutputLocation: expect.anything(), EncryptionConfiguration: expect.anything() },
    });
  });

  it('says in its outputs that nobody is told of alarms', () => {
    const { AlarmRecipient } = transformed.template.Outputs;
    expect(JSON.stringify(AlarmRecipient?.Value)).toContain('NOBODY is told of alarms');
  });

  it('has as many alarms and metrics of them as its price is made of', async () => {
    const alarms = ofType('AWS::CloudWatch::Alarm');
    const metrics = alarms.flatMap(({ Properties }) => {
      const queries = (Properties['Metrics'] ?? [{ MetricStat: {} }]) as readonly object[];
      return queries.filter((query) => 'MetricStat' in query);
    });
    expect(await readFile(join(ROOT, 'jobs/README.md'), 'utf8')).toContain(
      `${alarms.length} alarms on ${metrics.length} metrics × 0.10 USD`,
    );
  });

  it('hands accounts to the state machine, and to the environment, which holds less, only where nothing is scheduled', () => {
    const [machine] = ofType('AWS::StepFunctions::StateMachine').filter(({ Properties }) =>
      JSON.stringify(Properties['DefinitionSubstitutions']).includes('Check'),
    );
    expect(machine?.Properties['DefinitionSubstitutions']).toMatchObject({ Accounts: { Ref: 'Accounts' } });
    const [lambda] = ofType('AWS::Lambda::Function');
    expect(lambda?.Properties['Environment']).toMatchObject({
      Variables: { BACKUP_LEDGER_ACCOUNTS: { 'Fn::If': ['HasSchedule', '', { Ref: 'Accounts' }] } },
    });
  });

  it('waits for verifications where a daily run counts their days, and for those that are scheduled', () => {
    const { Conditions, Resources } = transformed.template;
    expect([Resources['NotVerified']?.Condition, Resources['NotFullyVerified']?.Condition]).toEqual([
      'WaitsForVerify',
      'WaitsForFullVerify',
    ]);
    const both = (other: string) => ({ 'Fn::And': [{ Condition: 'HasSchedule' }, { Condition: other }] });
    expect(Conditions['WaitsForVerify']).toEqual(both('HasWeeklyVerify'));
    expect(Conditions['WaitsForFullVerify']).toEqual(both('HasFullVerify'));
  });

  it('has every parameter and every alarm told in the README', async () => {
    const readme = await readFile(join(ROOT, 'jobs/step-functions/README.md'), 'utf8');
    const alarms = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
    const names = [...Object.keys(transformed.template.Parameters), ...alarms.map(([name]) => name)];
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
