import { verifyFlags } from './flags.ts';
import { ledgerProblems } from './ledger-config.ts';
import { resolveFlags, type Sources, type Values } from './resolve.ts';

/** A verification's settings, judged. */
export type VerifyConfig = Values<typeof verifyFlags>;

/** Resolves and judges the settings. All problems come back at once. */
export function parseVerifyConfig(
  sources: Sources,
): { readonly config: VerifyConfig } | { readonly problems: readonly string[] } {
  const { values, problems } = resolveFlags(verifyFlags, sources);
  const all = [...problems, ...ledgerProblems(values)];
  return all.length > 0 ? { problems: all } : { config: values };
}
