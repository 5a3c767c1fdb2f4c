import {
  type CheckCode,
  checkCodeNames,
  checkCodes,
  type CheckFinding,
  type CheckResult,
} from '../../schemas/check-result.ts';
import { counted } from '../domain/show.ts';
import { visibleInLine } from '../domain/visible.ts';

/** What people read on a phone. */
export interface Message {
  /** Less than 100 characters of ASCII. Source: `Subject` of Publish in the SNS API reference. */
  readonly subject: string;
  readonly text: string;
  /** By which subscriptions filter. */
  readonly attributes: Readonly<Record<string, string | number | readonly string[]>>;
}

const MAX_SUBJECT_LENGTH = 99;
/** Findings told one by one; the rest is counted. */
const MAX_FINDINGS_TOLD = 20;

export type Said = Pick<CheckResult, 'findings' | 'notes' | 'kinds' | 'ledger' | 'checked_at'>;

export function messageOf(result: Said): Message {
  const { findings, kinds } = result;
  const codes = checkCodeNames.filter((code) => countOf(findings, code) > 0);
  return {
    subject: subjectOf(result),
    text: textOf(result),
    attributes: {
      outcome: findings.length === 0 ? 'ok' : 'findings',
      findings: findings.length,
      codes,
      kinds: [...new Set(findings.flatMap(({ kind }) => kind ?? kinds.map((known) => known.kind)))],
    },
  };
}

function subjectOf({ findings, checked_at: at }: Said): string {
  const subject = `backup-ledger ${at.slice(0, 10)}: ${countsOf(findings)}`;
  return subject.length <= MAX_SUBJECT_LENGTH ? subject : `${subject.slice(0, MAX_SUBJECT_LENGTH - 3)}...`;
}

/** `3 silent accounts, 1 new reason`. */
export function countsOf(findings: readonly CheckFinding[]): string {
  const counts = checkCodeNames.flatMap((code) => {
    const [one, many] = checkCodes[code];
    const found = countOf(findings, code);
    return found === 0 ? [] : [`${found.toLocaleString('en')} ${found === 1 ? one : many}`];
  });
  return counts.length === 0 ? 'nothing found' : counts.join(', ');
}

function countOf(findings: readonly CheckFinding[], code: CheckCode): number {
  return findings.filter((finding) => finding.code === code).length;
}

function textOf({ findings, notes, kinds, ledger }: Said): string {
  const told = findings
    .slice(0, MAX_FINDINGS_TOLD)
    .map((finding, index) => `${index + 1}. ${finding.place}\n${visibleInLine(finding.message)}`);
  const more = findings.length - told.length;
  const rest =
    more > 0 ? [`... and ${more.toLocaleString('en')} more: backup-ledger check --ledger ${ledger}`] : [];
  const title = findings.length === 0 ? 'Nothing found' : counted(findings.length, 'finding');
  const fleet = [
    ...kinds.map(({ message }) => message),
    ...notes.map((note) => `Note: ${visibleInLine(note)}`),
  ];
  return `${[`${title} in ${ledger}`, ...told, ...rest, fleet.join('\n')].filter((part) => part !== '').join('\n\n')}\n`;
}
