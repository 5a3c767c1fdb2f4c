import type { AccountSums } from './accounts.ts';
import { explain } from './computed.ts';
import { jobsOf, rateOf } from './counts.ts';
import { byId, element, unbroken } from './dom.ts';
import { change, count, percent, uncapital } from './format.ts';
import { accountLink } from './links.ts';
import { matches } from './lists.ts';
import { accountText } from './names.ts';
import { showPaged } from './paged.ts';
import { byAccountSql } from './sql.ts';
import { bandOf } from './target.ts';
import { type Column, headingsOf, rowOf } from './tables.ts';
import type { View } from './view.ts';

interface SortedColumn extends Column<AccountSums> {
  readonly order: (sums: AccountSums) => number | string;
}

/** No rate at all comes after the best. */
const rateOrder = (rate: number | undefined): number => rate ?? 2;

function columnsOf(view: View): SortedColumn[] {
  const { data, period } = view;
  const moved = ({ now, before }: AccountSums) => (rateOf(now) ?? 0) - (rateOf(before) ?? rateOf(now) ?? 0);
  return [
    {
      title: 'Account',
      cell: ({ account }) => accountLink(view, account),
      order: ({ account }) => accountText(data, account),
    },
    {
      title: 'Jobs',
      cell: ({ now }) => count(jobsOf(now)),
      order: ({ now }) => jobsOf(now),
      hides: 'on-phones',
    },
    {
      title: 'In trouble',
      cell: ({ troubleNow }) => count(troubleNow),
      order: ({ troubleNow }) => troubleNow,
    },
    {
      title: 'Success',
      cell: ({ now }) =>
        element('span', { class: `rate ${bandOf(rateOf(now), data.target) ?? ''}` }, percent(rateOf(now))),
      order: ({ now }) => rateOrder(rateOf(now)),
    },
    {
      title: 'Change',
      cell: ({ now, before }) => (period.before ? change(rateOf(now), rateOf(before)) : ''),
      order: moved,
      hides: 'on-phones',
    },
    {
      title: '28 days',
      cell: ({ last28 }) => percent(rateOf(last28)),
      order: ({ last28 }) => rateOrder(rateOf(last28)),
      hides: 'when-narrow',
    },
    {
      title: 'Last job',
      cell: ({ lastDay }) => data.days[lastDay] ?? '–',
      order: ({ lastDay }) => lastDay,
      hides: 'on-phones',
    },
  ];
}

let sortedBy = 2;
let descending = true;

/** The accounts, sorted by whoever looks at them. */
export function showAccounts(view: View, find: string): void {
  const columns = columnsOf(view);
  byId('accounts-title').replaceChildren(...unbroken(`Accounts, ${uncapital(view.period.title)}`));
  byId('accounts-head').replaceChildren(headings());
  const found = view.accounts.filter(({ account }) => matches(accountText(view.data, account), find));
  showPaged({
    id: 'accounts-body',
    items: sorted(found),
    size: 20,
    noun: 'accounts',
    none: 'No account matches.',
    show: (sums) => rowOf(columns, sums),
  });
  explain(
    'accounts',
    [
      'From the daily views. In trouble: failed, aborted, partial and expired, or the jobs of the reason or resource type that is selected. 28 days: to the end of the period.',
    ],
    [byAccountSql({ ...view, span: view.period.span })],
  );

  function sorted(accounts: readonly AccountSums[]): AccountSums[] {
    const order = columns[sortedBy]?.order ?? (() => 0);
    const sign = descending ? -1 : 1;
    return accounts.toSorted((a, b) => {
      const [x, y] = [order(a), order(b)];
      return x === y ? 0 : x < y ? -sign : sign;
    });
  }

  function headings(): HTMLElement {
    const row = headingsOf(columns, ({ title }, at) => {
      const button = element('button', { type: 'button', 'data-key': `sort ${at}` }, title);
      button.addEventListener('click', () => {
        descending = sortedBy === at ? !descending : at !== 0;
        sortedBy = at;
        showAccounts(view, find);
        byId('accounts-head').querySelectorAll('button')[at]?.focus();
      });
      return button;
    });
    [...row.children].forEach((heading, at) => {
      heading.ariaSort = at === sortedBy ? (descending ? 'descending' : 'ascending') : 'none';
    });
    return row;
  }
}
