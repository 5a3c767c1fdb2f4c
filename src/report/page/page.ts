import type { ReportData } from '../report-data.ts';
import { createAccountsTable } from './accounts-table.ts';
import { drawCalendar } from './calendar-chart.ts';
import { forget, resizeAll } from './chart.ts';
import { drawDaily } from './daily-chart.ts';
import { byId, element } from './dom.ts';
import { capital, count } from './format.ts';
import { showDailyTable, showFreshness, showHeadline, showLegend, showTop, topAccounts } from './sections.ts';
import { accountName, byAccount, byDay, byName, coverageByDay, type Filter } from './sums.ts';

/** Shows the report's data. The loader in the page calls it. */
export function showReport(data: ReportData): void {
  const { days, accounts, kinds, regions, other_accounts: others } = data;
  const isEmpty = days.length === 0;
  byId('about').textContent = isEmpty
    ? `${data.ledger} holds no day to show.`
    : `${data.ledger}, ${days[0]} to ${days.at(-1)} (UTC), ${count(accounts.length + others)} accounts, ` +
      `made ${data.generated_at.slice(0, 16).replace('T', ' ')} UTC`;
  document.body.classList.toggle('empty-report', isEmpty);

  const selects = {
    kind: fillSelect('filter-kind', kinds.map(capital)),
    region: fillSelect('filter-region', regions),
    account: fillSelect(
      'filter-account',
      accounts.concat(others > 0 ? [''] : []).map((_, at) => accountName(data, at)),
    ),
  };
  const showAccounts = createAccountsTable(data);

  function filter(): Filter {
    const chosen = ({ value }: HTMLSelectElement) => (value === '' ? undefined : Number(value));
    return { kind: chosen(selects.kind), region: chosen(selects.region), account: chosen(selects.account) };
  }

  function show(): void {
    const wanted = filter();
    const counts = byDay(data, wanted);
    const coverage = coverageByDay(data, wanted);
    const sums = byAccount(data, wanted);
    showHeadline(data, counts, sums, coverage);
    drawDaily(byId('daily'), days, counts);
    showDailyTable(data, counts);
    showLegend(drawCalendar(byId('calendar'), days, counts, coverage));
    showTop('top-categories', byName(data, 'category', wanted));
    showTop('top-accounts', topAccounts(sums));
    showTop('top-resource-types', byName(data, 'resource_type', wanted));
    showAccounts(sums);
    showFreshness(data, wanted);
    forget();
    document.documentElement.dataset['ready'] = 'true';
  }

  for (const select of Object.values(selects)) select.addEventListener('change', show);
  byId('filters').addEventListener('reset', () => setTimeout(show));
  byId('filters').addEventListener('submit', (event) => event.preventDefault());
  for (const media of ['(prefers-color-scheme: dark)', 'print'])
    matchMedia(media).addEventListener('change', show);
  addEventListener('resize', resizeAll);
  if (others > 0) {
    byId('accounts-note').textContent =
      `The ${count(accounts.length)} accounts with the most jobs in trouble are shown one by one; ` +
      `${count(others)} others together.`;
  }
  show();
  // The newest days are what somebody looks for first.
  const scroll = byId('calendar').parentElement;
  if (scroll) scroll.scrollLeft = scroll.scrollWidth;
}

function fillSelect(id: string, names: readonly string[]): HTMLSelectElement {
  const select = byId(id) as HTMLSelectElement;
  select.append(...names.map((name, at) => element('option', { value: String(at) }, name)));
  return select;
}

declare global {
  // The loader and this script meet here: they are two scripts in one page.
  var showReport: ((data: ReportData) => void) | undefined;
}

globalThis.showReport = showReport;
