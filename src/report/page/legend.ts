import { byId, element } from './dom.ts';
import { count } from './format.ts';

export interface LegendEntry {
  /** Class that has the colour. */
  readonly shade: string;
  readonly words: string;
  /** Of how many it is the colour. */
  readonly number: number;
}

export const legendText = ({ words, number }: LegendEntry): string => `${words}: ${count(number)}`;

/** What the colours mean, of which there are any. */
export function showLegend(id: string, entries: readonly LegendEntry[]): void {
  const items = entries
    .filter(({ number }) => number > 0)
    .map((entry) =>
      element('li', {}, element('span', { class: `swatch ${entry.shade}` }), legendText(entry)),
    );
  byId(id).replaceChildren(...items);
}
