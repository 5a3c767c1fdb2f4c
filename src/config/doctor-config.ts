import { doctorFlags, type sliceFlags } from './flags.ts';
import { ledgerProblems } from './ledger-config.ts';
import { resolveFlags, type Sources, type Values } from './resolve.ts';
import { chooseSlices, type SliceChoice, sliceChoiceProblems } from './slice-choice.ts';

type DoctorValues = Values<typeof doctorFlags>;

/** An examination's settings, judged. */
export interface DoctorConfig extends Omit<DoctorValues, keyof typeof sliceFlags>, SliceChoice {}

/** Resolves and judges the settings. All problems come back at once. */
export function parseDoctorConfig(
  sources: Sources,
): { readonly config: DoctorConfig } | { readonly problems: readonly string[] } {
  const { values, problems } = resolveFlags(doctorFlags, sources);
  const all = [...problems, ...sliceChoiceProblems(values), ...ledgerProblems(values)];
  return all.length > 0 ? { problems: all } : { config: { ...values, ...chooseSlices(values) } };
}
