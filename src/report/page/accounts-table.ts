import type { ReportData } from '../report-data.ts';
import { byId, element } from './dom.ts';
import { count, percent } from './format.ts';
import { type AccountSums, completedOf, finishedOf, jobsOf, rateOf } from './sums.ts';

interface ColumnFacts {
  readonly title: string;
  readonly text: (sums: AccountSums, data: ReportData) => string;
  readonly order: (sums: AccountSums) => number | string;
}

/** No rate at all comes after the best. */
const rateOrder = (rate: number | undefined): number => rate ?? 2;

const columns: readonly ColumnFacts[] = [
  { title: 'Account', text: ({ name }) => name, order: ({ name }) => name },
  { title: 'Jobs', text: ({ all }) => count(jobsOf(all)), order: ({ all }) => jobsOf(all) },
  {
    title: 'Not well',
    text: ({ all }) => count(finishedOf(all) - completedOf(all)),
    order: ({ all }) => finishedOf(all) - completedOf(all),
  },
  {
    title: '7 days',
    text: ({ last7 }) => percent(rateOf(last7)),
    order: ({ last7 }) => rateOrder(rateOf(last7)),
  },
  {
    title: '28 days',
    text: ({ last28 }) => percent(rateOf(last28)),
    order: ({ last28 }) => rateOrder(rateOf(last28)),
  },
  { title: 'All days', text: ({ all }) => percent(rateOf(all)), order: ({ all }) => rateOrder(rateOf(all)) },
  {
    title: 'Last job',
    text: ({ lastDay }, { days }) => days[lastDay] ?? '–',
    order: ({ lastDay }) => lastDay,
  },
];

/** Rows shown before somebody asks for more. */
const PAGE = 50;

/** The table of accounts: searched and sorted by whoever looks at it. */
export function createAccountsTable(data: ReportData): (accounts: readonly AccountSums[]) => void {
  let accounts: readonly AccountSums[] = [];
  let sortedBy = 2;
  let descending = true;
  let limit = PAGE;
  const search = byId('account-search') as HTMLInputElement;
  const body = byId('accounts-body');
  const more = byId('accounts-more') as HTMLButtonElement;
  const status = byId('accounts-status');

  const headings = columns.map(({ title }, at) => {
    const button = element('button', { type: 'button' }, title);
    button.addEventListener('click', () => {
      descending = sortedBy === at ? !descending : at !== 0;
      sortedBy = at;
      show();
    });
    const heading = element('th', { scope: 'col' }, button);
    if (at > 0) heading.className = 'number';
    return heading;
  });
  byId('accounts-head').append(element('tr', {}, ...headings));
  search.addEventListener('input', () => {
    limit = PAGE;
    show();
  });
  more.addEventListener('click', () => {
    limit += 10 * PAGE;
    show();
  });

  function show(): void {
    const wanted = search.value.trim().toLowerCase();
    const found = accounts.filter(({ name }) => name.toLowerCase().includes(wanted));
    const order = columns[sortedBy]?.order ?? (() => 0);
    const sign = descending ? -1 : 1;
    const sorted = found.toSorted((a, b) => {
      const [x, y] = [order(a), order(b)];
      return x === y ? 0 : x < y ? -sign : sign;
    });
    headings.forEach((heading, at) => {
      heading.ariaSort = at === sortedBy ? (descending ? 'descending' : 'ascending') : 'none';
    });
    body.replaceChildren(...sorted.slice(0, limit).map(rowOf));
    more.hidden = sorted.length <= limit;
    status.textContent =
      sorted.length === 0
        ? 'No account matches.'
        : `${count(Math.min(limit, sorted.length))} of ${count(sorted.length)} accounts`;
  }

  function rowOf(sums: AccountSums): HTMLElement {
    const [name = '', ...cells] = columns.map(({ text }) => text(sums, data));
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      ...cells.map((cell) => element('td', { class: 'number' }, cell)),
    );
  }

  return (next) => {
    accounts = next;
    limit = PAGE;
    show();
  };
}
