/** The element with this id, which the page has. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

export type Child = Node | string;
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Makes an element. Texts are texts: nothing in them is markup. An attribute that is undefined is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children.flatMap(unbroken));
}

/** A date stays on one line: browsers break at its hyphens. */
export function unbroken(child: Child): Child[] {
  if (typeof child !== 'string') return [child];
  const parts = child.split(/(\b\d{4}-\d{2}-\d{2}\b)/);
  return parts.map((part, at) =>
    at % 2 === 0 ? part : filled(document.createElement('span'), { class: 'date' }, [part]),
  );
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function filled<E extends Element>(made: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}
