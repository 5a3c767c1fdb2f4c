import type { Browser, Page } from 'playwright-core';

/** A report in a real browser: from disk, with the network off. */

export interface Shown {
  readonly page: Page;
  /** Errors and warnings of the console, what was thrown, and requests to anywhere. */
  readonly complaints: readonly string[];
}

export interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  /** `#account=…`. */
  readonly fragment?: string;
}

export async function showReport(
  browser: Browser,
  file: string,
  { scheme = 'light', width = 1280, fragment = '' }: Look = {},
): Promise<Shown> {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height: 900 },
    offline: true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') && !request.url().startsWith('data:'))
      complaints.push(`asks for ${request.url()}`);
  });
  await page.goto(`file://${file}${fragment}`);
  await untilShown(page);
  return { page, complaints };
}

/** Waits until the page shows what its address says: not yet so when it has loaded, or when its address has changed. */
export async function untilShown(page: Page): Promise<void> {
  const { hash } = new URL(page.url());
  await page.waitForSelector(`html[data-shown=${JSON.stringify(hash)}]`, {
    state: 'attached',
    timeout: 30_000,
  });
}
