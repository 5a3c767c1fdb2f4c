import type { ReportData } from '../report-data.ts';
import { byId, element } from './dom.ts';
import { capital } from './format.ts';
import { accountText } from './names.ts';
import { type Dimension, fragmentOf, isOfTrouble, type Selection, toggled } from './selection.ts';
import type { View } from './view.ts';

/** What can be chosen, and what is. */

const RATES_OF_ALL = 'Rates are of all jobs: reasons and resource types are known of those in trouble only.';

const selects: readonly Dimension[] = ['kind', 'region', 'account'];

/** Fills the lists to choose from; `choose` is told of what somebody chose. */
export function fillFilters(data: ReportData, choose: (change: Partial<Selection>) => void): void {
  const { accounts, other_accounts: others } = data;
  const options = {
    kind: data.kinds.map(capital),
    region: data.regions,
    account: [...accounts, ...(others > 0 ? [''] : [])].map((_, at) => accountText(data, at)),
  };
  for (const name of ['kind', 'region', 'account'] as const) {
    const select = selectOf(name);
    select.append(...options[name].map((text, at) => element('option', { value: String(at) }, text)));
    select.addEventListener('change', () =>
      choose({ [name]: select.value === '' ? undefined : Number(select.value) }),
    );
  }
}

const selectOf = (name: Dimension): HTMLSelectElement => byId(`filter-${name}`) as HTMLSelectElement;

/** Shows what is chosen, each with a link that lets it go. */
export function showFilters(view: View): void {
  const { data, selection, period } = view;
  for (const name of selects) selectOf(name).value = String(selection[name] ?? '');
  const chosen = [
    ['kind', capital(data.kinds[selection.kind ?? -1] ?? '')],
    ['region', data.regions[selection.region ?? -1] ?? ''],
    ['account', selection.account === undefined ? '' : accountText(data, selection.account)],
    ['reason', data.trouble_names.category[selection.reason ?? -1] ?? ''],
    ['type', data.trouble_names.resource_type[selection.type ?? -1] ?? ''],
  ] as const;
  const chips = chosen
    .filter(([, text]) => text !== '')
    .map(([name, text]) => chip(text, { [name]: selection[name] }));
  const days =
    selection.from === undefined ? [] : [chip(period.title, { from: selection.from, to: selection.to })];
  const all = [...chips, ...days];
  const note = isOfTrouble(selection) ? [element('span', { class: 'note' }, RATES_OF_ALL)] : [];
  byId('chips').replaceChildren(...(all.length === 0 ? [] : ['Only ', ...all, ...note]));

  function chip(text: string, change: Partial<Selection>): HTMLElement {
    const href = fragmentOf(toggled(selection, change), data);
    return element(
      'a',
      { href, class: 'chip', 'aria-label': `${text}: let it go` },
      text,
      element('span', { 'aria-hidden': 'true' }, ' ×'),
    );
  }
}
