import { type Child, element } from './dom.ts';
import { accountLabel, accountText } from './names.ts';
import { type Dimension, fragmentOf, type Selection, toggled } from './selection.ts';
import type { View } from './view.ts';

/** Links that narrow the page to something: its address says what, so that it can be sent and gone back from. */

export function hrefOf(
  { selection, data }: Pick<View, 'selection' | 'data'>,
  change: Partial<Selection>,
): string {
  return fragmentOf(toggled(selection, change), data);
}

/** A link to one account, reason, resource type, kind or region. */
export function linkTo(
  view: View,
  dimension: Dimension,
  { at, text }: { readonly at: number; readonly text: string },
): HTMLElement {
  return linkWith(view, { dimension, at }, text);
}

/** A link to an account by its name and digits. */
export function accountLink(view: View, account: number): HTMLElement {
  return linkWith(view, { dimension: 'account', at: account }, ...accountParts(view, account));
}

/** An account's name and its digits, neither of which breaks. */
function accountParts({ data }: Pick<View, 'data'>, account: number): Child[] {
  const { name, id } = accountLabel(data, account);
  const digits = id === '' ? [] : [element('span', { class: 'digits' }, id)];
  return name === ''
    ? digits
    : [element('span', { class: 'account-name', title: accountText(data, account) }, name), ' ', ...digits];
}

function linkWith(
  view: View,
  { dimension, at }: { readonly dimension: Dimension; readonly at: number },
  ...children: readonly Child[]
): HTMLElement {
  const isChosen = view.selection[dimension] === at;
  return element(
    'a',
    {
      href: hrefOf(view, { [dimension]: at }),
      class: 'drill',
      'data-key': `${dimension} ${at}`,
      'aria-current': isChosen ? 'true' : undefined,
    },
    ...children,
  );
}
