import type { Page } from 'playwright-core';

/** What does not fit on a page, each as a line. Runs in the browser, hence the text. */

const WORDS_THAT_BREAK = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest('script, style, option, #about, caption')) continue;
    for (const { 0: word, index } of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top)));
      if (tops.size > 1) found.push('breaks: ' + word);
    }
  }
  return found;
})()`;

const TEXTS_OUTSIDE = `(() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  const seen = (element) => element.getClientRects().length > 0;
  for (const element of document.querySelectorAll('body *')) {
    if (!seen(element) || element.closest('caption, option, pre, svg')) continue;
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (!own) continue;
    const { left, right } = element.getBoundingClientRect();
    if (left < -0.5 || right > width + 0.5) found.push('outside: ' + element.textContent.trim());
    if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
      found.push('overflows: ' + element.textContent.trim());
  }
  for (const element of document.querySelectorAll('.what, .scroll, section'))
    if (seen(element) && element.scrollWidth > element.clientWidth + 1) found.push('scrolls: ' + (element.getAttribute('aria-label') ?? element.textContent.trim()));
  return found;
})()`;

const CHART_TEXTS = `(() => {
  const found = [];
  const frame = document.querySelector('#daily svg').getBoundingClientRect();
  const texts = [...document.querySelectorAll('#daily text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
  for (const [text, box] of texts)
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1 || box.top < frame.top - 1)
      found.push('outside the chart: ' + text);
  texts.forEach(([text, box], at) => {
    for (const [other, next] of texts.slice(at + 1))
      if (box.left < next.right - 1 && next.left < box.right - 1 && box.top < next.bottom - 3 && next.top < box.bottom - 3)
        found.push('overlap: ' + text + ' and ' + other);
  });
  return found;
})()`;

/** Words on two lines, texts outside the page or their box, and labels of the chart outside it or on each other. */
export async function misfits(page: Page): Promise<string[]> {
  const lists = [WORDS_THAT_BREAK, TEXTS_OUTSIDE, CHART_TEXTS].map((code) => page.evaluate<string[]>(code));
  return (await Promise.all(lists)).flat();
}

/** Room to the right of the chart's last bar, and between its last date and the edge of the page, in CSS pixels. */
export async function roomAfterChart(page: Page): Promise<readonly number[]> {
  return page.evaluate<number[]>(`(() => {
    const width = document.documentElement.clientWidth;
    const rights = [[...document.querySelectorAll('#daily rect.volume')].at(-1), [...document.querySelectorAll('#daily text.date')].at(-1)];
    return rights.map((mark) => width - mark.getBoundingClientRect().right);
  })()`);
}
