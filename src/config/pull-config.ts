import { pullFlags, type sliceFlags } from './flags.ts';
import { ledgerProblems } from './ledger-config.ts';
import { resolveFlags, type Sources, type Values } from './resolve.ts';
import { chooseSlices, type SliceChoice, sliceChoiceProblems } from './slice-choice.ts';

type PullValues = Values<typeof pullFlags>;

/** A pull's settings, judged: nothing downstream checks them again. */
export interface PullConfig extends Omit<PullValues, keyof typeof sliceFlags>, SliceChoice {}

export type PullConfigResult = { readonly config: PullConfig } | { readonly problems: readonly string[] };

/** Resolves and judges the settings of a pull. All problems come back at once. */
export function parsePullConfig(sources: Sources): PullConfigResult {
  const { values, problems } = resolveFlags(pullFlags, sources);
  const all = [...problems, ...sliceChoiceProblems(values), ...ledgerProblems(values)];
  return all.length > 0 ? { problems: all } : { config: { ...values, ...chooseSlices(values) } };
}
