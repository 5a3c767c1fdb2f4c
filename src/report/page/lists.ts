import { finishedOf } from './counts.ts';
import { type Child, element } from './dom.ts';
import { count, percent } from './format.ts';
import { accountLink, linkTo } from './links.ts';
import { accountText } from './names.ts';
import { showPaged } from './paged.ts';
import type { NamedTrouble } from './reasons.ts';
import { sparkline } from './sparkline.ts';
import { byAccountSql, byNameSql } from './sql.ts';
import { explain } from './computed.ts';
import type { View } from './view.ts';

/** The most frequent reasons, accounts and resource types of jobs in trouble. */

interface Item {
  readonly text: string;
  readonly what: Child;
  readonly jobs: number;
  readonly bars: readonly number[];
}

const SIZE = 8;

export function showLists(view: View, find: string): void {
  const names = (dimension: 'reason' | 'type', items: readonly NamedTrouble[]): Item[] =>
    items.map(({ at, name, now, bars }) => ({
      text: name,
      what: linkTo(view, dimension, { at, text: name }),
      jobs: now,
      bars,
    }));
  const accounts = view.accounts.map(({ account, troubleNow, bars }) => ({
    text: accountText(view.data, account),
    what: accountLink(view, account),
    jobs: troubleNow,
    bars,
  }));
  showTop('top-categories', names('reason', view.reasons), { find, noun: 'reasons' });
  showTop('top-accounts', accounts, { find, noun: 'accounts' });
  showTop('top-resource-types', names('type', view.types), { find, noun: 'resource types' });
  const question = { ...view, span: view.period.span };
  explain(
    'lists',
    [
      `Jobs ${view.period.words}, of ${count(finishedOf(view.now))} that ended. Reasons and resource types come from the failures views of copy and backup, jobs completed with issues included; restore and scan tell no reasons.`,
      'The small columns show the days of the chart.',
    ],
    [byNameSql(question, 'reason'), byAccountSql(question), byNameSql(question, 'resource_type')],
  );
}

export const matches = (text: string, find: string): boolean =>
  text.toLowerCase().includes(find.trim().toLowerCase());

function showTop(
  id: string,
  items: readonly Item[],
  { find, noun }: { readonly find: string; readonly noun: string },
): void {
  const found = items
    .filter(({ jobs, text }) => jobs > 0 && matches(text, find))
    .toSorted((a, b) => b.jobs - a.jobs);
  const all = items.reduce((sum, { jobs }) => sum + jobs, 0);
  showPaged({
    id,
    items: found,
    size: SIZE,
    noun,
    none: find === '' ? 'None: no such job.' : 'Nothing matches.',
    show: ({ what, jobs, bars }) =>
      element(
        'li',
        {},
        element('span', { class: 'what' }, what),
        sparkline(bars),
        element(
          'span',
          { class: 'number' },
          count(jobs),
          ' ',
          element('span', { class: 'share' }, percent(jobs / all)),
        ),
      ),
  });
}
