import type { PullResult, SliceResult } from '../../schemas/pull-result.ts';
import { groupBy } from '../domain/group-by.ts';
import { counted, some, timeSpan } from '../domain/show.ts';
import { type Paragraph, signs, type Summary } from '../domain/summary.ts';
import { planBlocks } from './plan-table.ts';
import { nameOf, sliceBlocks } from './slice-table.ts';

/** What became of a pull, for the person who ran it. */
export function pullSummary(result: PullResult): Summary {
  const { slices, plan } = result;
  const told = [...supersededLines(slices), ...failureLines(slices)];
  return [
    ...sliceBlocks(slices, plan !== undefined),
    ...(plan ? planBlocks(plan) : []),
    ...(told.length > 0 ? [told] : []),
    verdictLines(result),
  ];
}

function supersededLines(slices: readonly SliceResult[]): Paragraph[] {
  const names = slices.filter(({ outcome }) => outcome === 'superseded').map(nameOf);
  if (names.length === 0) return [];
  const text = `${some(names)}: superseded by a newer pull, so there was nothing to do`;
  return [{ sign: signs.idle, words: [{ text }] }];
}

/** Failures told one by one. */
const MAX_FAILURES_TOLD = 10;

/** What stopped several slices is told once. */
function failureLines(slices: readonly SliceResult[]): Paragraph[] {
  const failed = slices.filter(({ error }) => error !== null);
  const groups = [...groupBy(failed, reasonOf).values()];
  const hidden = groups.slice(MAX_FAILURES_TOLD).flat().length;
  const more = `${counted(hidden, 'slice')} more failed; --json tells why`;
  return [
    ...groups.slice(0, MAX_FAILURES_TOLD).map(failureLine),
    ...(hidden > 0 ? [{ sign: signs.failed, words: [{ text: more }] }] : []),
  ];
}

function failureLine(group: readonly SliceResult[]): Paragraph {
  const [first] = group;
  const reason = first && (group.length > 1 ? reasonOf(first) : first.error?.message);
  return {
    sign: signs.failed,
    words: [{ text: `${some(group.map(nameOf))}: `, tone: 'strong' }, { text: reason ?? '' }],
  };
}

/** The same for every region. */
function reasonOf({ error, region }: SliceResult): string {
  return (error?.message ?? '').replaceAll(region, '<region>');
}

function verdictLines(result: PullResult): Paragraph[] {
  const { outcome, exit_code, error } = result;
  const sign = outcome === 'ok' ? signs.ok : signs.failed;
  const ending = exit_code === 0 ? '' : `; exit code ${exit_code}`;
  const [word, what] = error
    ? ['failed ', `before any slice: ${error.message}`]
    : [`${outcome}: `, doneOf(result)];
  const verdict = { sign, words: [{ text: word, tone: sign.tone }, { text: what + ending }] };
  const next = nextSteps[exit_code];
  return next === undefined ? [verdict] : [verdict, { sign: signs.next, words: [{ text: next }] }];
}

function doneOf({ slices, started_at, finished_at, plan }: PullResult): string {
  const good = slices.filter(({ outcome }) => outcome !== 'failed').length;
  const time = timeSpan(Date.parse(finished_at) - Date.parse(started_at));
  const done = `${good.toLocaleString('en')} of ${counted(slices.length, 'slice')} in ${time}`;
  return plan ? `${done}; nothing was written` : done;
}

const RUN_AGAIN = 'run the same command again: what succeeded is stored, and no row is stored twice';

/** What a person does next, by exit code. */
const nextSteps: Readonly<Record<PullResult['exit_code'], string | undefined>> = {
  0: undefined,
  64: 'correct the command as the message says, and run it again',
  65: 'look at the data the message names: nothing of a failed slice was published',
  70: 'this is a bug: report it with the message above',
  75: RUN_AGAIN,
  78: 'correct what the message names (backup-ledger doctor checks it), and run the same command again',
  130: RUN_AGAIN,
  143: RUN_AGAIN,
};
