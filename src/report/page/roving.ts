/**
 * Makes one stop of the tabulator of many marks: arrows move between them, and what is pointed at or focused is told.
 * `drawn` is made anew with each drawing, so its listeners go with it.
 */
export function roving(drawn: Element, tell: (text: string | undefined) => void): void {
  const marks = [...drawn.querySelectorAll<SVGAElement | HTMLAnchorElement>('a.mark')];
  const stop = marks.find((mark) => mark.hasAttribute('aria-current')) ?? marks.at(-1);
  for (const mark of marks) mark.setAttribute('tabindex', mark === stop ? '0' : '-1');
  const tellMark = ({ target }: Event) => {
    const mark = target instanceof Element ? target.closest('a.mark') : null;
    tell(mark?.getAttribute('aria-label') ?? undefined);
  };
  drawn.addEventListener('pointerover', tellMark);
  drawn.addEventListener('focusin', tellMark);
  drawn.addEventListener('pointerleave', () => tell(undefined));
  drawn.addEventListener('keydown', (event) => {
    const next = event instanceof KeyboardEvent ? neighbour(marks, event.key) : undefined;
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  tell(undefined);
}

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function neighbour<M extends Element>(marks: readonly M[], key: string): M | undefined {
  const at = marks.findIndex((mark) => mark === document.activeElement);
  const step = steps[key];
  return step === undefined || at === -1 ? undefined : marks[at + step];
}
