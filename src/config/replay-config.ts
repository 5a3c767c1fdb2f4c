import { replayFlags } from './flags.ts';
import { ledgerProblems } from './ledger-config.ts';
import { resolveFlags, type Sources, type Values } from './resolve.ts';

/** A replay's settings, judged. */
export type ReplayConfig = Values<typeof replayFlags>;

/** Resolves and judges the settings. All problems come back at once. */
export function parseReplayConfig(
  sources: Sources,
): { readonly config: ReplayConfig } | { readonly problems: readonly string[] } {
  const { values, problems } = resolveFlags(replayFlags, sources);
  const all = [...problems, ...placeProblems(values), ...rangeProblems(values)];
  return all.length > 0 ? { problems: all } : { config: values };
}

function placeProblems(values: Partial<ReplayConfig>): string[] {
  const { ledger, into } = values;
  if (into && JSON.stringify(into) === JSON.stringify(ledger)) {
    return ['into: expected another place than the ledger; leave it out to heal the ledger itself'];
  }
  return into?.type === 's3' ? [] : ledgerProblems(values);
}

function rangeProblems({ from, to }: Partial<ReplayConfig>): string[] {
  if (from === undefined || to === undefined || from <= to) return [];
  return [`to: expected ${from} (--from) or a later day, got ${to}`];
}
