import { byId, element } from './dom.ts';
import { count } from './format.ts';

/** Items a list has grown to, until something else is selected. */
const limits = new Map<string, number>();

export function forgetPages(): void {
  limits.clear();
}

export interface PagedList<T> {
  /** Id of the list or table body; its status lies in `<id>-pages`. */
  readonly id: string;
  readonly items: readonly T[];
  readonly size: number;
  /** `accounts`, `reasons`. */
  readonly noun: string;
  /** Said where there is none. */
  readonly none: string;
  readonly show: (item: T) => HTMLElement;
}

/** Shows the first items, and more when asked: the one way of paging. */
export function showPaged<T>(list: PagedList<T>): void {
  const { id, items, size, noun, none, show } = list;
  const limit = Math.max(limits.get(id) ?? size, size);
  const shown = Math.min(limit, items.length);
  byId(id).replaceChildren(...items.slice(0, shown).map(show));
  const partly = shown < items.length ? `${count(shown)} of ${count(items.length)} ${noun}` : '';
  const status = element('span', { role: 'status' }, items.length === 0 ? none : partly);
  const button = (text: string, next: number) => {
    const made = element('button', { type: 'button', class: 'more' }, text);
    made.addEventListener('click', () => {
      limits.set(id, next);
      showPaged(list);
      byId(`${id}-pages`).querySelector('button')?.focus();
    });
    return made;
  };
  const buttons =
    shown < items.length
      ? [button('Show more', shown + 5 * size), button('Show all', items.length)]
      : shown > size
        ? [button('Show fewer', size)]
        : [];
  byId(`${id}-pages`).replaceChildren(status, ...buttons);
}
