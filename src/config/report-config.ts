import { reportFlags } from './flags.ts';
import { ledgerProblems } from './ledger-config.ts';
import { resolveFlags, type Sources, type Values } from './resolve.ts';
import { show } from '../domain/show.ts';

/** A report's settings, judged. */
export type ReportConfig = Values<typeof reportFlags>;

/** Resolves and judges the settings. All problems come back at once. */
export function parseReportConfig(
  sources: Sources,
): { readonly config: ReportConfig } | { readonly problems: readonly string[] } {
  const { values, problems } = resolveFlags(reportFlags, sources);
  const all = [...problems, ...rangeProblems(values), ...ledgerProblems(values)];
  return all.length > 0 ? { problems: all } : { config: values };
}

function rangeProblems({ from, to }: Partial<ReportConfig>): string[] {
  if (from === undefined || to === undefined || from <= to) return [];
  return [`to: expected no earlier than --from ${from}, got ${show(to)}`];
}
