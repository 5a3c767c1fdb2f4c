import type { SummaryRow } from '../../schemas/columns.ts';
import type { Check } from '../../schemas/doctor-result.ts';
import { counted } from '../domain/show.ts';
import { ANY_ACCOUNT, type Slice } from '../domain/slice.ts';
import type { TrustedServices } from '../ports.ts';
import { type DoctorWorld, ok, warning } from './checks.ts';
import { silent } from './read-summaries.ts';

const NAME = 'accounts';

/** How AWS Backup is called among the services that an organisation trusts. */
const AWS_BACKUP = 'backup.amazonaws.com';

const FIX =
  'run from the management or a delegated administrator account of AWS Backup, with cross-account monitoring on; or read ' +
  'accounts one by one with --assume-role and --accounts. If there is one account only, all is well';

/** Whose jobs are shown. Where it is one account only, why. */
export async function checkAccounts(
  slices: readonly Slice[],
  rows: readonly SummaryRow[],
  world: DoctorWorld,
): Promise<readonly Check[]> {
  const seen = new Set(rows.map((row) => row.account_id)).size;
  const [slice] = slices;
  if (slices.some(({ scope }) => scope !== ANY_ACCOUNT))
    return [ok(NAME, `${counted(seen, 'account')}, as asked for`)];
  if (seen > 1) return [ok(NAME, `ANY shows ${seen.toLocaleString('en')} accounts`)];
  if (slice && seen === 1) return [await whyOne(slice, world)];
  return [
    warning(
      NAME,
      'no jobs at all were shown',
      'see whether AWS Backup has had jobs in these regions in the last 14 days',
    ),
  ];
}

/**
 * Summaries say nothing of it: a list of all accounts' jobs is refused where they only show less. None of it is documented
 * for certain, so nothing fails.
 */
async function whyOne(slice: Slice, world: DoctorWorld): Promise<Check> {
  const one = 'ANY shows 1 account';
  const all = await mayList(slice, '*', world);
  if (all)
    return warning(
      NAME,
      `${one}, though the jobs of all accounts may be listed: the others have had no jobs, or there are none`,
      FIX,
    );
  const own = await mayList(slice, undefined, world);
  if (!own) return warning(NAME, `${one}: this looks like a member account`, `${FIX}. ${ALLOW}`);
  const trusted = await world.trustedServices().catch((): TrustedServices => 'denied');
  if (trusted === 'no organisation') return ok(NAME, `${one}, which is in no organisation`);
  if (trusted === 'denied') return warning(NAME, `${one}: this looks like a member account`, FIX);
  if (trusted.includes(AWS_BACKUP))
    return warning(
      NAME,
      `${one}: the organisation trusts AWS Backup, but the jobs of all accounts may not be listed`,
      FIX,
    );
  return warning(
    NAME,
    `${one}: cross-account monitoring is off, as far as can be seen`,
    'turn on cross-account monitoring in the settings of AWS Backup, in the management account',
  );
}

const ALLOW =
  'Allow backup:ListBackupJobs and organizations:ListAWSServiceAccessForOrganization to have that told apart';

/** Of backup jobs, whatever kind is looked at: their list is documented for all accounts. */
async function mayList(
  slice: Slice,
  account: string | undefined,
  { openJobs, clock }: DoctorWorld,
): Promise<boolean> {
  const request = { account, before: clock.now(), pageSize: 1 };
  const source = openJobs({ ...slice, kind: 'backup' }, request, silent);
  return source.fetchPage(undefined).then(
    () => true,
    () => false,
  );
}
