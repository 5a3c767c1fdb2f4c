import { byId, element } from './dom.ts';

/** How a section's numbers come about, with SQL that gives the same. */
export function explain(section: string, words: readonly string[], sql: readonly string[]): void {
  const place = byId(`${section}-computed`);
  place.replaceChildren(
    element('summary', {}, 'How is this computed?'),
    ...words.map((text) => element('p', {}, text)),
    ...sql.map((text) => element('pre', { tabindex: '0', class: 'sql' }, text)),
  );
}
