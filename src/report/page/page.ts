import type { ReportData } from '../report-data.ts';
import { showAccounts } from './accounts-table.ts';
import { drawCalendar } from './calendar.ts';
import { showChanges } from './changes-section.ts';
import { byId, unbroken } from './dom.ts';
import { fillFilters, showFilters } from './filters.ts';
import { capital, count, counted } from './format.ts';
import { showLegend } from './legend.ts';
import { showLists } from './lists.ts';
import { forgetPages } from './paged.ts';
import { fragmentOf, parseSelection } from './selection.ts';
import { showDailyTable, showFreshness } from './tables.ts';
import { drawTimeChart, troubleLegend } from './time-chart.ts';
import { showVerdict } from './verdict-section.ts';
import { viewOf } from './view.ts';

/** Width of a chart on paper, in CSS pixels: within A4 and Letter, whatever the window was. */
const PAPER_WIDTH = 660;

/** Shows the report's data. The loader in the page calls it. */
export function showReport(data: ReportData): void {
  byId('about').replaceChildren(...unbroken(about(data)));
  document.body.classList.toggle('empty-report', data.days.length === 0);
  if (data.days.length === 0) return markShown();

  const search = byId('find') as HTMLInputElement;
  const paper = matchMedia('print');
  let view = viewOf(data, parseSelection(location.hash, data));

  function draw(): void {
    const place = byId('daily');
    drawTimeChart(place, view, paper.matches ? PAPER_WIDTH : Math.max(280, place.clientWidth));
  }

  function showFound(): void {
    showLists(view, search.value);
    showAccounts(view, search.value);
  }

  function show(): void {
    const focused = document.activeElement?.getAttribute('data-key');
    showFilters(view);
    showVerdict(view);
    showChanges(view);
    showLegend('daily-legend', troubleLegend(view));
    draw();
    drawCalendar(byId('calendar'), view);
    showFound();
    showDailyTable(view);
    showFreshness(view);
    if (focused)
      document
        .querySelector<HTMLElement>(`[data-key=${JSON.stringify(focused)}]`)
        ?.focus({ preventScroll: true });
    markShown();
  }

  fillFilters(data, (change) => (location.hash = fragmentOf({ ...view.selection, ...change }, data)));
  addEventListener('hashchange', () => {
    forgetPages();
    view = viewOf(data, parseSelection(location.hash, data));
    show();
  });
  search.addEventListener('input', () => {
    forgetPages();
    showFound();
  });
  byId('filters').addEventListener('submit', (event) => event.preventDefault());
  byId('filters').addEventListener('reset', () => {
    location.hash = '';
    setTimeout(showFound);
  });
  paper.addEventListener('change', draw);
  addEventListener('resize', draw);
  byId('accounts-note').textContent = othersNote(data);
  show();
}

/** Says which address the page shows: a browser changes the address first and tells the page afterwards. */
function markShown(): void {
  document.documentElement.dataset['shown'] = location.hash;
}

function about({
  ledger,
  days,
  shown_from: from,
  held,
  accounts,
  other_accounts: others,
  generated_at: at,
}: ReportData): string {
  const made = `made ${at.slice(0, 16).replace('T', ' ')} UTC`;
  if (days.length > 0)
    return `${ledger}, ${days[from]} to ${days.at(-1)} (UTC), ${counted(accounts.length + others, 'account')}, ${made}`;
  const [first, last] = held;
  return first === undefined
    ? `${ledger} holds no day to show, ${made}.`
    : `${ledger} holds no job of these days, but some from ${first} to ${last}: ask for those with --from and --to. ${capital(made)}.`;
}

function othersNote({ accounts, other_accounts: others }: ReportData): string {
  if (others === 0) return '';
  return (
    `The ${count(accounts.length)} accounts with the most jobs in trouble are shown one by one; ` +
    `${count(others)} others together.`
  );
}

declare global {
  // The loader and this script meet here: they are two scripts in one page.
  var showReport: ((data: ReportData) => void) | undefined;
}

globalThis.showReport = showReport;
