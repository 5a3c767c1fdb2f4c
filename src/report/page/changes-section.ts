import type { AccountSums } from './accounts.ts';
import { explain } from './computed.ts';
import { byId, type Child, element, unbroken } from './dom.ts';
import { count, counted, percent } from './format.ts';
import { accountLink, linkTo } from './links.ts';
import type { SilentAccount } from './silence.ts';
import { SILENT_DAYS } from '../../domain/silence.ts';
import type { Moved } from './movers.ts';
import { showPaged } from './paged.ts';
import type { NamedTrouble } from './reasons.ts';
import { byAccountSql, byNameSql } from './sql.ts';
import type { Changes, Movers, View } from './view.ts';

/** What is not as it was in the period before. */

interface Line {
  readonly mark: 'worse' | 'better' | 'silent' | 'new';
  readonly what: Child;
  readonly note: string;
}

const SIZE = 5;

export function showChanges(view: View): void {
  const { changes, period } = view;
  const note = period.before
    ? `${period.title}, against ${period.beforeWords}. Only what chance does not explain.`
    : `The ledger has no ${period.beforeWords.replace(/^the /, '')} to compare with.`;
  byId('changes-note').replaceChildren(...unbroken(note));
  const isNew = ({ item }: Moved<NamedTrouble>) => changes.newReasons.includes(item);
  const known = { ...changes.reasons, worse: changes.reasons.worse.filter((moved) => !isNew(moved)) };
  const named = (dimension: 'reason' | 'type') => ({
    what: ({ at, name }: NamedTrouble) => linkTo(view, dimension, { at, text: name }),
    whole: 'all jobs',
  });
  const account = ({ account: at }: AccountSums) => accountLink(view, at);
  const accounts = lines(changes.accounts, { what: account, whole: 'its jobs' });
  const reasons = lines(known, named('reason'));
  const types = lines(changes.types, named('type'));
  show('changed-accounts', accounts, 'No account moved.');
  show('changed-silent', silentLines(view, changes), 'Nobody fell silent.');
  show('changed-reasons', [...newLines(view, changes), ...reasons], 'No reason is new, none moved.');
  show('changed-types', types, 'No resource type moved.');
  explain('changes', words, questions(view));
}

interface Telling<T> {
  readonly what: (item: T) => Child;
  /** Of what its shares are. */
  readonly whole: string;
}

function lines<T>({ worse, better }: Movers<T>, { what, whole }: Telling<T>): Line[] {
  const line = (mark: 'worse' | 'better') => (moved: Moved<T>) => {
    return { mark, what: what(moved.item), note: noteOf(moved, whole) };
  };
  return [...worse.map(line('worse')), ...better.map(line('better'))];
}

function noteOf<T>({ share: { now, before }, excess }: Moved<T>, whole: string): string {
  const more = `${excess > 0 ? '+' : '−'}${count(Math.abs(Math.round(excess)))}`;
  return `${percent(before.bad / before.all)} → ${percent(now.bad / now.all)} of ${whole} in trouble (${more})`;
}

function silentLines(view: View, { silent }: Changes): Line[] {
  return silent.map((silence) => ({
    mark: 'silent',
    what: accountLink(view, silence.account),
    note: silentNote(view, silence),
  }));
}

function silentNote({ data }: View, { kind, days, lastCompleted, fails }: SilentAccount): string {
  const jobs = kind === undefined ? 'job' : `${data.kinds[kind]} job`;
  const since = lastCompleted === undefined ? 'in the days known' : `since ${data.days[lastCompleted]}`;
  return `no ${jobs} completed ${since}, for ${counted(days, 'day')}; ${fails ? 'jobs fail' : 'no job ended since then'}`;
}

function newLines(view: View, { newReasons }: Changes): Line[] {
  return newReasons.map(({ at, name, now }) => ({
    mark: 'new',
    what: linkTo(view, 'reason', { at, text: name }),
    note: `new: ${counted(now, 'job')}, none in the 28 days before`,
  }));
}

const marks = { worse: '▲ worse', better: '▼ better', silent: '◯ silent', new: '✱ new' };

function show(id: string, items: readonly Line[], none: string): void {
  showPaged({
    id,
    items,
    size: SIZE,
    noun: 'changes',
    none,
    show: ({ mark, what, note }) =>
      element(
        'li',
        {},
        element('span', { class: `tag ${mark}` }, marks[mark]),
        ' ',
        element('span', { class: 'what' }, what),
        ' ',
        element('span', { class: 'note' }, note),
      ),
  });
}

const words = [
  'Worse and better: by the share of jobs in trouble before, at least two jobs fewer or more were to be expected, and the two shares differ by more standard errors (two-proportion z-test) than chance gives to one of so many: √(2 ln n), two at least. The errors are widened by how much the share varied from day to day in the 28 days before. Most jobs first.',
  `Silent, as for backup-ledger check: no completed job of any kind for ${SILENT_DAYS} days, or of one kind, if it fails or pauses for more than twice its usual time. New: a reason without a job in the 28 days before the period.`,
  'The statements give the numbers of the period; with the days before in their place, those compared with.',
];

function questions(view: View): string[] {
  const question = { ...view, span: view.period.span };
  return [byAccountSql(question), byNameSql(question, 'reason'), byNameSql(question, 'resource_type')];
}
