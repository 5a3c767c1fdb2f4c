import { factsOf, type Kind } from '../../../schemas/kinds.ts';
import type { ListedJob } from '../world/listed-jobs.ts';

/** A job as AWS writes it: absent members are null, times are seconds with an exponent. */
export function jobText(kind: Kind, region: string, job: object): string {
  const fields = 'traits' in job ? fieldsOf(kind, region, job as ListedJob) : job;
  const members = Object.entries(fields).map(
    ([name, value]) => `${JSON.stringify(name)}:${valueText(value)}`,
  );
  return `{${members.join(',')}}`;
}

/** `1.578560834253E9`, as the JSON library behind AWS Backup writes seconds. */
function valueText(value: unknown): string {
  if (!(value instanceof Date)) return JSON.stringify(value ?? null);
  return (value.getTime() / 1000).toExponential().replace('e+', 'E');
}

function fieldsOf(kind: Kind, region: string, job: ListedJob): Readonly<Record<string, unknown>> {
  const { id, hasParents } = factsOf(kind).jobList;
  const { account, resourceType } = job;
  const failed = job.traits.State === 'FAILED';
  return {
    AccountId: account,
    [id]: job.id,
    BackupVaultArn: `arn:aws:backup:${region}:${account}:backup-vault:payroll-vault`,
    RecoveryPointArn: `arn:aws:backup:${region}:${account}:recovery-point:${job.id.toLowerCase()}`,
    ResourceArn: `arn:aws:ec2:${region}:${account}:volume/vol-${job.id.slice(0, 8).toLowerCase()}`,
    ResourceName: `payroll-${job.id.slice(0, 4).toLowerCase()}`,
    ResourceType: resourceType,
    IamRoleArn: `arn:aws:iam::${account}:role/service-role/AWSBackupDefaultServiceRole`,
    CreationDate: new Date(job.created),
    CompletionDate: job.completed === null ? null : new Date(job.completed),
    StatusMessage: failed ? 'The job failed' : null,
    BackupSizeInBytes: job.completed === null ? null : 1_073_741_824,
    CreatedBy: null,
    ...traitFields(kind, job),
    ...(hasParents && { IsParent: job.isParent, ParentJobId: job.parentId }),
  };
}

/** Each dimension where the kind's list has it. */
function traitFields(kind: Kind, { traits }: ListedJob): Readonly<Record<string, unknown>> {
  const { fields } = factsOf(kind).jobList;
  return Object.fromEntries(
    Object.entries(traits).map(([name, value]) => {
      const [field = name, member] = fields[name as keyof typeof traits] ?? [name];
      return [field, member === undefined ? value : { [member]: value }];
    }),
  );
}
