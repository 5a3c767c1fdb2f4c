import { registerFlags } from './flags.ts';
import { ledgerProblems } from './ledger-config.ts';
import { resolveFlags, type Sources, type Values } from './resolve.ts';
import type { LedgerPlace } from './values.ts';

type Flagged = Values<typeof registerFlags>;

/** A registration's settings, judged: Athena reads no local folders. */
export type RegisterConfig = Flagged & { readonly ledger: Extract<LedgerPlace, { type: 's3' }> };

/** Resolves and judges the settings. All problems come back at once. */
export function parseRegisterConfig(
  sources: Sources,
): { readonly config: RegisterConfig } | { readonly problems: readonly string[] } {
  const { values, problems } = resolveFlags(registerFlags, sources);
  const all = [...problems, ...ledgerProblems(values)];
  const { ledger } = values as Partial<Flagged>;
  if (ledger?.type === 'folder') {
    all.push(`ledger: expected s3://bucket/prefix, which Athena can read, got the folder ${ledger.path}`);
  }
  if (values['dry-run'] && values.print) all.push('dry-run: expected either --dry-run or --print, got both');
  return all.length > 0 || ledger?.type !== 's3' ? { problems: all } : { config: { ...values, ledger } };
}
