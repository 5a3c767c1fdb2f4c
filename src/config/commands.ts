import type { Day } from '../domain/day.ts';
import type { Flags } from './flag.ts';
import {
  checkFlags,
  doctorFlags,
  pullFlags,
  queryFlags,
  registerFlags,
  replayFlags,
  reportFlags,
  type sliceFlags,
  verifyFlags,
} from './flags.ts';
import { type LedgerConfig, ledgerProblems, isWithin } from './ledger-config.ts';
import { resolveFlags, type Sources, type Values } from './resolve.ts';
import { chooseSlices, type SliceChoice, sliceChoiceProblems } from './slice-choice.ts';
import type { LedgerPlace } from './values.ts';

/** Each command's settings, judged: nothing downstream checks them again. */
export type Judged<C> = { readonly config: C } | { readonly problems: readonly string[] };

type Sliced<V> = Omit<V, keyof typeof sliceFlags> & SliceChoice;
export type PullConfig = Sliced<Values<typeof pullFlags>>;
export type DoctorConfig = Sliced<Values<typeof doctorFlags>>;
export type CheckConfig = Values<typeof checkFlags>;
export type QueryConfig = Values<typeof queryFlags>;
export type ReplayConfig = Values<typeof replayFlags>;
export type ReportConfig = Values<typeof reportFlags>;
export type VerifyConfig = Values<typeof verifyFlags>;
/** Athena reads no local folders. */
export type RegisterConfig = Values<typeof registerFlags> & {
  readonly ledger: Extract<LedgerPlace, { type: 's3' }>;
};

/** A rule that no single flag can know. A flag with a problem of its own is absent from the values. */
type Rule<F extends Flags> = (values: Values<F>) => readonly string[];

/** Resolves the settings of a command and judges them; all problems come back at once. */
function judge<F extends Flags>(flags: F, sources: Sources, rules: readonly Rule<F>[]): Judged<Values<F>> {
  const { values, problems } = resolveFlags(flags, sources);
  const all = [...problems, ...rules.flatMap((rule) => rule(values))];
  return all.length > 0 ? { problems: all } : { config: values };
}

function withSlices<V extends Parameters<typeof chooseSlices>[0]>(judged: Judged<V>): Judged<Sliced<V>> {
  if ('problems' in judged) return judged;
  return { config: { ...judged.config, ...chooseSlices(judged.config) } };
}

export const parsePullConfig = (sources: Sources): Judged<PullConfig> =>
  withSlices(judge(pullFlags, sources, [sliceChoiceProblems, ledgerProblems]));

export const parseDoctorConfig = (sources: Sources): Judged<DoctorConfig> =>
  withSlices(judge(doctorFlags, sources, [sliceChoiceProblems, ledgerProblems, calibrationProblems]));

export const parseVerifyConfig = (sources: Sources): Judged<VerifyConfig> =>
  judge(verifyFlags, sources, [ledgerProblems]);

export const parseReportConfig = (sources: Sources): Judged<ReportConfig> =>
  judge(reportFlags, sources, [rangeProblems, ledgerProblems]);

export const parseCheckConfig = (sources: Sources): Judged<CheckConfig> =>
  judge(checkFlags, sources, [ledgerProblems, athenaProblems, topicProblems]);

export const parseReplayConfig = (sources: Sources): Judged<ReplayConfig> =>
  judge(replayFlags, sources, [targetProblems, rangeProblems]);

export const parseQueryConfig = (sources: Sources): Judged<QueryConfig> =>
  judge(queryFlags, sources, [ledgerProblems, athenaProblems, statementProblems]);

export const parseRegisterConfig = (sources: Sources): Judged<RegisterConfig> =>
  judge(registerFlags, sources, [ledgerProblems, catalogProblems]) as Judged<RegisterConfig>;

function rangeProblems({
  from,
  to,
}: {
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
}): string[] {
  if (from === undefined || to === undefined || from <= to) return [];
  return [`to: expected ${from} (--from) or a later day, got ${to}`];
}

/** Judged again in `jobs/`, where links can be followed. */
export function targetProblems(values: Partial<ReplayConfig>): string[] {
  const { ledger, into } = values;
  if (into && ledger && isWithin(into, ledger)) {
    return ['into: expected a place outside the ledger; leave it out to heal the ledger itself'];
  }
  return into?.type === 's3' ? [] : ledgerProblems(values);
}

/** Lists of jobs can be held against daily rows of all jobs only. */
function calibrationProblems({ calibrate, table }: Partial<Values<typeof doctorFlags>>): string[] {
  if (!calibrate || table === undefined) return [];
  return [`table: expected none beside --calibrate, which looks at the main tables' rows, got ${table}`];
}

function athenaProblems({
  ledger,
  ...values
}: Partial<Pick<QueryConfig, 'ledger' | 'workgroup' | 'output-location'>>): string[] {
  if (ledger?.type !== 'folder') return [];
  const athenaOnly = (['workgroup', 'output-location'] as const).filter((name) => values[name] !== undefined);
  return athenaOnly.map(
    (name) => `${name}: expected only with a ledger on s3://, got it with a local folder`,
  );
}

function topicProblems(values: Partial<CheckConfig>): string[] {
  return values.always && values['sns-topic'] === undefined
    ? ['always: expected only with --sns-topic, got it without']
    : [];
}

function statementProblems({ sql, file }: Partial<QueryConfig>): string[] {
  if (sql === undefined && file === undefined)
    return ['sql: expected an SQL statement in quotes, or --file, got neither'];
  if (sql !== undefined && file !== undefined)
    return ['sql: expected either a statement or --file, got both'];
  return [];
}

function catalogProblems(values: Partial<Values<typeof registerFlags>>): string[] {
  const { ledger }: Partial<LedgerConfig> = values;
  const problems: string[] = [];
  if (ledger?.type === 'folder')
    problems.push(
      `ledger: expected s3://bucket/prefix, which Athena can read, got the folder ${ledger.path}`,
    );
  if (values['dry-run'] && values.print)
    problems.push('dry-run: expected either --dry-run or --print, got both');
  return problems;
}
